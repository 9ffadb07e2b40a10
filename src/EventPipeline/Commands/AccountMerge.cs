using System.CommandLine;
using EventPipeline.Identities;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Shows two accounts of a dataset as one. It only adds a record: no fact row is touched, and the merge can be undone;
/// what it hid for longer than a retention may have been compacted by then.
/// </summary>
internal sealed class AccountMerge(IWarehouse warehouse, InvocationConfiguration console)
{
    private readonly AccountRegister _register = new(warehouse);

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset,
        string vendor,
        string from,
        string into,
        Consent consent,
        CancellationToken cancellationToken)
    {
        var book = await _register.ReadWholeAsync(dataset, vendor, cancellationToken);
        if (Mistake(book, dataset, vendor, from, into) is { } mistake)
        {
            await console.Error.WriteLineAsync(mistake);
            return 1;
        }

        await console.Output.WriteLineAsync(from == into
            ? await UndoEffectAsync(dataset, vendor, from, cancellationToken)
            : await EffectAsync(dataset, vendor, from, into, cancellationToken));
        if (await consent.AskAsync("changed", cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        await _register.MergeAsync(
            dataset, vendor, from == into ? [from] : [from, .. book.MergedInto(from)], into, cancellationToken);
        await console.Output.WriteLineAsync("Done. A running service picks this up within five minutes.");
        return 0;
    }

    private static string? Mistake(AccountBook book, string dataset, string vendor, string from, string into)
    {
        if (book.AccountIds.Count == 0)
        {
            return $"{dataset} contains no accounts of '{vendor}'. `accounts list` shows the accounts it contains.";
        }

        if (from == into)
        {
            return book.Present(from) == from
                ? $"'{from}' was not merged into another account, so there is nothing to undo."
                : null;
        }

        if (book.Present(from) != from)
        {
            return $"'{from}' already counts as '{book.Present(from)}'. "
                + $"To undo that: accounts merge --vendor {vendor} --from {from} --into {from}";
        }

        if (book.Present(into) != into)
        {
            return $"'{into}' counts as '{book.Present(into)}': pass --into {book.Present(into)}.";
        }

        return new[] { from, into }.FirstOrDefault(id => !book.AccountIds.Contains(id)) is { } unknown
            ? $"{dataset} contains no account_id '{unknown}' of '{vendor}'. "
                + $"It contains: {string.Join(", ", book.AccountIds)}."
            : null;
    }

    private async Task<string> UndoEffectAsync(
        string dataset, string vendor, string accountId, CancellationToken cancellationToken)
    {
        var undone = $"{vendor}: '{accountId}' counts as a separate account again.";
        var stored =
            (await warehouse.QueryAsync(
                dataset,
                Statement.Create("stored_days", ("vendor", vendor), ("account_id", accountId)),
                cancellationToken))[0];
        if (stored.IsNull("first_day"))
        {
            return undone;
        }

        var gone =
            (await warehouse.QueryAsync(
                dataset,
                Statement.Create(
                    "undo_effect",
                    ("vendor", vendor),
                    ("account_id", accountId),
                    ("from", stored.Date("first_day")),
                    ("to", stored.Date("last_day"))),
                cancellationToken))[0];
        return gone.GetInt64("slices") == 0
            ? undone
            : FormattableString.Invariant($"{undone} `compact` has deleted the rows of {gone.GetInt64("slices")} of ")
                + FormattableString.Invariant($"its slices, {gone.Date("first_day"):yyyy-MM-dd} to ")
                + FormattableString.Invariant($"{gone.Date("last_day"):yyyy-MM-dd}: read these days again ")
                + "with `force`.";
    }

    private async Task<string> EffectAsync(
        string dataset, string vendor, string from, string into, CancellationToken cancellationToken)
    {
        var effect =
            (await warehouse.QueryAsync(
                dataset,
                Statement.Create("merge_effect", ("vendor", vendor), ("from", from), ("into", into)),
                cancellationToken))[0];
        return FormattableString.Invariant(
            $"{vendor}: '{from}' counts as '{into}' from now on. ")
            + FormattableString.Invariant($"Of {effect.GetInt64("slices")} slices, ")
            + FormattableString.Invariant($"{effect.GetInt64("hidden_slices")} are stored under both; only the newest ")
            + FormattableString.Invariant($"read counts. Billed: {effect.Exact("usd_before")} US dollars before, ")
            + FormattableString.Invariant($"{effect.Exact("usd_after")} after.");
    }
}
