using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>
/// <c>accounts list | rename | merge</c>: lists the accounts in the dataset, gives one another name, or merges two that
/// are one organisation. Exit codes: 0 done; 1 refused, with the reason; 2 an argument or a setting is wrong; 3 the
/// warehouse could not be reached or refused a request.
/// </summary>
internal static class AccountsCommand
{
    /// <param name="open">Opens the warehouse that the command works on.</param>
    public static Command Create(OpenWarehouse open)
    {
        var list = new Command("list", "Lists every account in the dataset, the names it was read under and its days.");
        list.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new AccountList(warehouse, arguments.InvocationConfiguration.Output)
                .ExecuteAsync(dataset, cancellationToken),
            cancellationToken));
        return new Command(
            "accounts", "Lists the accounts in the dataset, renames one, or merges two that are one organisation.")
        {
            WarehouseCommand.Dataset, list, Rename(open), Merge(open),
        };
    }

    private static Command Rename(OpenWarehouse open)
    {
        var vendor = Required("--vendor", "NAME", "The vendor of the account.");
        var from = Required("--from", "ACCOUNT", "The name that it has.");
        var to = Required("--to", "ACCOUNT", "The name that it gets.");
        var rename = new Command(
            "rename", "Gives an account another name, so that it can get another key at the same time.")
        {
            vendor, from, to, Consent.DryRun, Consent.Yes,
        };
        rename.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new AccountRename(warehouse, arguments.InvocationConfiguration).ExecuteAsync(
                dataset,
                arguments.GetRequiredValue(vendor),
                arguments.GetRequiredValue(from),
                arguments.GetRequiredValue(to),
                Consent.Read(arguments),
                cancellationToken),
            cancellationToken));
        return rename;
    }

    private static Command Merge(OpenWarehouse open)
    {
        var vendor = Required("--vendor", "NAME", "The vendor of both accounts.");
        var from = Required("--from", "ACCOUNT_ID", "The account_id that counts as the other one from now on.");
        var into = Required(
            "--into", "ACCOUNT_ID", "The account_id to keep; pass the same as --from to undo an earlier merge.");
        var merge = new Command(
            "merge",
            "Shows two accounts that are one organisation as one: "
            + "for a day stored under both, the newest read counts. No row is deleted.")
        {
            vendor, from, into, Consent.DryRun, Consent.Yes,
        };
        merge.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new AccountMerge(warehouse, arguments.InvocationConfiguration).ExecuteAsync(
                dataset,
                arguments.GetRequiredValue(vendor),
                arguments.GetRequiredValue(from),
                arguments.GetRequiredValue(into),
                Consent.Read(arguments),
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
}
