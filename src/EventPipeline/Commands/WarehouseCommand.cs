using System.CommandLine;
using EventPipeline.Google.BigQuery;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Commands;

/// <summary>What the commands that work on a dataset, in either warehouse, have in common.</summary>
internal static class WarehouseCommand
{
    /// <summary>Which dataset.</summary>
    public static Option<string?> Dataset { get; } = new("--dataset")
    {
        Description = "The dataset. Default: BIGQUERY_DATASET.",
        HelpName = "NAME",
        Recursive = true,
        Validators = { SchemaCommand.CheckName },
    };

    /// <summary>Opens BigQuery as configured.</summary>
    public static Task<OpenedWarehouse> OpenBigQuery(ParseResult arguments, CancellationToken cancellationToken)
    {
        var host = CommandHost.Build(builder =>
        {
            builder.Services.AddDatasets();
            builder.Services.AddBigQuery(builder.Configuration);
        });
        return Task.FromResult(new OpenedWarehouse(
            host.Services.GetRequiredService<IWarehouse>(),
            host.Services.GetRequiredService<IOptions<DatasetOptions>>().Value.Dataset,
            host));
    }

    /// <summary>Opens the warehouse, works on the dataset, and closes it.</summary>
    /// <returns>The exit code: the action's, or 3 if the warehouse could not be reached or refused a request.</returns>
    public static async Task<int> RunAsync(
        OpenWarehouse open,
        ParseResult arguments,
        Func<IWarehouse, string, Task<int>> action,
        CancellationToken cancellationToken)
    {
        await using var opened = await open(arguments, cancellationToken);
        try
        {
            return await action(opened.Warehouse, arguments.GetValue(Dataset) ?? opened.Dataset);
        }
        catch (Exception failure) when (failure is BigQueryException or TransientFailureException)
        {
            await arguments.InvocationConfiguration.Error.WriteLineAsync(failure.Message);
            return 3;
        }
    }
}
