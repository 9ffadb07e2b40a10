using System.CommandLine;
using EventPipeline.Load;

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

    private static Command Rename(OpenWarehouse open) => Change(
        open,
        new Command("rename", "Gives an account another name, so that it can get another key at the same time."),
        Required("--vendor", "NAME", "The vendor of the account."),
        Required("--from", "ACCOUNT", "The name that it has."),
        Required("--to", "ACCOUNT", "The name that it gets."),
        (warehouse, console) => new AccountRename(warehouse, console).ExecuteAsync);

    private static Command Merge(OpenWarehouse open) => Change(
        open,
        new Command(
            "merge",
            "Shows two accounts that are one organisation as one: "
            + "for a day stored under both, the newest read counts. No row is deleted."),
        Required("--vendor", "NAME", "The vendor of both accounts."),
        Required("--from", "ACCOUNT_ID", "The account_id that counts as the other one from now on."),
        Required("--into", "ACCOUNT_ID", "The account_id to keep; pass the same as --from to undo an earlier merge."),
        (warehouse, console) => new AccountMerge(warehouse, console).ExecuteAsync);

    /// <summary>Lets a command change what an account is known by, from one thing to another.</summary>
    private static Command Change(
        OpenWarehouse open,
        Command change,
        Option<string> vendor,
        Option<string> from,
        Option<string> to,
        Func<IWarehouse, InvocationConfiguration, MakeChange> changeOf)
    {
        foreach (var option in new Option[] { vendor, from, to, Consent.DryRun, Consent.Yes })
        {
            change.Options.Add(option);
        }

        change.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => changeOf(warehouse, arguments.InvocationConfiguration)(
                dataset,
                arguments.GetRequiredValue(vendor),
                arguments.GetRequiredValue(from),
                arguments.GetRequiredValue(to),
                Consent.Read(arguments),
                cancellationToken),
            cancellationToken));
        return change;
    }

    private static Option<string> Required(string name, string help, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        Required = true,
    };

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    private delegate Task<int> MakeChange(
        string dataset,
        string vendor,
        string from,
        string to,
        Consent consent,
        CancellationToken cancellationToken);
}
