using System.CommandLine;
using EventPipeline.Identities;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Gives an account of a dataset another name, before the settings do. It only adds a record: rows keep the name that
/// they were read under.
/// </summary>
internal sealed class AccountRename(IWarehouse warehouse, InvocationConfiguration console)
{
    private readonly AccountRegister _register = new(warehouse);

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset,
        string vendor,
        string from,
        string to,
        Consent consent,
        CancellationToken cancellationToken)
    {
        var book = await _register.ReadWholeAsync(dataset, vendor, cancellationToken);
        if (Mistake(book, dataset, vendor, from, to) is { } mistake)
        {
            await console.Error.WriteLineAsync(mistake);
            return 1;
        }

        var accountId = book.IdsOf(from)[0];
        await console.Output.WriteLineAsync(
            $"{vendor}: the account '{accountId}' is called '{from}' now and '{to}' from now on, whichever key it has. "
            + "Views show the new name; rows keep the name that they were read under.");
        if (await consent.AskAsync("changed", cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        // Whose name it is may have been decided while somebody thought.
        book = await _register.ReadWholeAsync(dataset, vendor, cancellationToken);
        if (Mistake(book, dataset, vendor, from, to) is { } since)
        {
            await console.Error.WriteLineAsync(since);
            return 1;
        }

        // A name that only slices tell would be recorded by the next read under it, and be the newest again.
        foreach (var name in book.HasRecorded(from) ? [to] : new[] { from, to })
        {
            await _register.RenameAsync(dataset, vendor, accountId, name, cancellationToken);
        }

        await console.Output.WriteLineAsync(
            $"Done. Now replace '{from}' by '{to}' in the Accounts of this vendor in the settings. A running service "
            + "picks the record up within five minutes.");
        return 0;
    }

    private static string? Mistake(AccountBook book, string dataset, string vendor, string from, string to)
    {
        if (!AccountName.IsValid(to))
        {
            return $"--to is {Shown.Quoted(to)}; an account's name is 1 to 63 letters, digits, dots, dashes and "
                + "underscores, beginning with a letter or digit.";
        }

        var ids = book.IdsOf(from);
        if (ids.Count == 0)
        {
            return $"{dataset} contains no account of '{vendor}' that is called '{from}'. `accounts list` shows those "
                + "it contains.";
        }

        if (ids.Count > 1)
        {
            return $"'{from}' is stored under {ids.Count} ids. If they are one organisation, merge them first: "
                + $"accounts merge --dataset {dataset} --vendor {vendor} --from {ids[1]} --into {ids[0]}";
        }

        var accountId = ids[0];
        if (book.ValueOf(accountId, AccountMark.Name) == to)
        {
            return $"The account '{accountId}' is called '{to}' already.";
        }

        return book.IdsOf(to).FirstOrDefault(id => id != accountId) is { } taken
            ? $"'{to}' is the name of the account '{taken}'. If both are one organisation: "
                + $"accounts merge --dataset {dataset} --vendor {vendor} --from {accountId} --into {taken}"
            : null;
    }
}
