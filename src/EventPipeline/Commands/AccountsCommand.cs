using System.CommandLine;
using EventPipeline.Google.BigQuery;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Commands;

/// <summary>
/// <c>accounts list | merge</c>: lists the accounts in the dataset, or merges two that are one organisation. Exit
/// codes: 0 done; 1 refused, with the reason; 2 an argument or a setting is wrong; 3 the warehouse could not be reached
/// or refused a request.
/// </summary>
internal static class AccountsCommand
{
    private static readonly Option<string?> Dataset = new("--dataset")
    {
        Description = "The dataset. Default: BIGQUERY_DATASET.",
        HelpName = "NAME",
        Recursive = true,
        Validators = { SchemaCommand.CheckName },
    };

    /// <param name="open">Opens the warehouse that the command works on.</param>
    public static Command Create(OpenWarehouse open)
    {
        var list = new Command("list", "Lists every account in the dataset, the names it was read under and its days.");
        list.SetAction((arguments, cancellationToken) => RunAsync(open, arguments, (warehouse, dataset) =>
            new AccountList(warehouse, arguments.InvocationConfiguration.Output)
                .ExecuteAsync(dataset, cancellationToken),
            cancellationToken));
        return new Command("accounts", "Lists the accounts in the dataset, or merges two that are one organisation.")
        {
            Dataset, list, Merge(open),
        };
    }

    private static Command Merge(OpenWarehouse open)
    {
        var vendor = Required("--vendor", "NAME", "The vendor of both accounts.");
        var from = Required("--from", "ACCOUNT_ID", "The account_id that counts as the other one from now on.");
        var into = Required(
            "--into", "ACCOUNT_ID", "The account_id to keep; pass the same as --from to undo an earlier merge.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would change without changing it." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask for confirmation." };
        var merge = new Command(
            "merge",
            "Shows two accounts that are one organisation as one: "
            + "for a day stored under both, the newest read counts. No row is deleted.")
        {
            vendor, from, into, dryRun, yes,
        };
        merge.SetAction((arguments, cancellationToken) => RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new AccountMerge(warehouse, arguments.InvocationConfiguration).ExecuteAsync(
                dataset,
                arguments.GetRequiredValue(vendor),
                arguments.GetRequiredValue(from),
                arguments.GetRequiredValue(into),
                arguments.GetValue(dryRun),
                arguments.GetValue(yes),
                cancellationToken),
            cancellationToken));
        return merge;
    }

    private static Option<string> Required(string name, string help, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        Required = true,
    };

    private static async Task<int> RunAsync(
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
}

/// <summary>Opens the warehouse that a command works on.</summary>
internal delegate Task<OpenedWarehouse> OpenWarehouse(ParseResult arguments, CancellationToken cancellationToken);

/// <summary>A warehouse for as long as a command needs it.</summary>
/// <param name="warehouse">The warehouse.</param>
/// <param name="dataset">The production dataset.</param>
/// <param name="owner">What is disposed with it.</param>
internal sealed class OpenedWarehouse(IWarehouse warehouse, string dataset, object owner) : IAsyncDisposable
{
    public IWarehouse Warehouse { get; } = warehouse;

    public string Dataset { get; } = dataset;

    public async ValueTask DisposeAsync()
    {
        if (owner is IAsyncDisposable later)
        {
            await later.DisposeAsync();
        }
        else
        {
            (owner as IDisposable)?.Dispose();
        }
    }
}
