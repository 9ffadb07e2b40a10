using System.CommandLine;
using System.CommandLine.Parsing;
using EventPipeline.Google.BigQuery;
using EventPipeline.Google.Schema;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Commands;

/// <summary>
/// <c>schema apply | check | print</c>: creates the tables and views of <c>Sql/</c>, compares them with what exists, or
/// prints them. Exit codes: 0 everything is as expected; 1 something differs or was refused; 2 an argument or a setting
/// is wrong; 3 BigQuery could not be reached or refused a request.
/// </summary>
internal static class SchemaCommand
{
    private static readonly Option<string?> Dataset = new("--dataset")
    {
        Description = "One dataset. Default: BIGQUERY_DATASET and its development counterpart, which ends in _dev.",
        HelpName = "NAME",
        Recursive = true,
        Validators = { CheckName },
    };

    public static Command Create()
    {
        var apply = new Command(
            "apply", "Creates what is missing and upgrades what is outdated, in place; refuses harmful changes.");
        apply.SetAction(
            (arguments, cancellationToken) =>
                RunAsync(
                    new SchemaApply(arguments.InvocationConfiguration).ExecuteAsync, arguments, cancellationToken));
        var check = new Command(
            "check", "Compares what exists with what is expected. Exit code 1 if anything differs.");
        check.SetAction(
            (arguments, cancellationToken) =>
                RunAsync(
                    new SchemaCheck(arguments.InvocationConfiguration.Output).ExecuteAsync,
                    arguments,
                    cancellationToken));
        var print = new Command(
            "print", "Prints the statements that create everything. Needs neither network nor credentials.");
        print.SetAction(Print);
        return new Command("schema", "The tables and views in BigQuery.") { Dataset, apply, check, print };
    }

    private static int Print(ParseResult arguments)
    {
        string? project = null;
        using var host = CommandHost.Build(builder =>
        {
            builder.Services.AddDatasets();
            project = ProjectOf(builder.Configuration);
            if (project is not null)
            {
                builder.Services.AddBigQuery(builder.Configuration); // so that its settings are checked
            }
        });
        var (expected, output) = (ExpectedSchema.Read(), arguments.InvocationConfiguration.Output);
        foreach (var dataset in Datasets(host, arguments).Select(name => new DatasetName(project, name)))
        {
            output.WriteLine($"-- {dataset}: {expected.Count}");
            foreach (var statement in expected.Statements)
            {
                output.WriteLine();
                output.Write(dataset.Fill(statement));
            }

            output.WriteLine();
        }

        return 0;
    }

    private static async Task<int> RunAsync(
        Func<LiveSchema, string, CancellationToken, Task<bool>> action,
        ParseResult arguments,
        CancellationToken cancellationToken)
    {
        using var host = CommandHost.Build(builder =>
        {
            builder.Services.AddDatasets();
            builder.Services.AddBigQuery(builder.Configuration);
            builder.Services.AddTransient<LiveSchema>();
        });
        var isAsExpected = true;
        foreach (var dataset in Datasets(host, arguments))
        {
            try
            {
                isAsExpected &= await action(
                    host.Services.GetRequiredService<LiveSchema>(), dataset, cancellationToken);
            }
            catch (Exception failure) when (failure is BigQueryException or TransientFailureException)
            {
                await arguments.InvocationConfiguration.Error.WriteLineAsync($"{dataset}: {failure.Message}");
                return 3;
            }
        }

        return isAsExpected ? 0 : 1;
    }

    private static IReadOnlyList<string> Datasets(IHost host, ParseResult arguments) =>
        arguments.GetValue(Dataset) is { } one
            ? [one]
            : host.Services.GetRequiredService<IOptions<DatasetOptions>>().Value.All;

    /// <summary>The project in BigQuery's settings; null if none is configured.</summary>
    private static string? ProjectOf(ConfigurationManager settings) => new[]
    {
        settings["BigQuery:ProjectId"], settings["GOOGLE_CLOUD_PROJECT"],
    }
        .FirstOrDefault(project => !string.IsNullOrEmpty(project));

    /// <summary>Refuses a name that no dataset can have.</summary>
    internal static void CheckName(OptionResult argument)
    {
        var name = argument.GetValueOrDefault<string?>() ?? "";
        if (new DatasetOptionsValidator().Validate(null, new DatasetOptions { Dataset = name }).Failed)
        {
            argument.AddError(
                $"--dataset is {Shown.Quoted(name)}: it takes letters, digits and underscores, and does not begin "
                    + "with a digit.");
        }
    }
}
