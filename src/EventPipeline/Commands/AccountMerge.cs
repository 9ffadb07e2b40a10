using System.CommandLine;
using EventPipeline.Identities;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>Shows two accounts of a dataset as one. It only adds a record: no row of facts is touched, and it can be taken back.</summary>
internal sealed class AccountMerge(IWarehouse warehouse, InvocationConfiguration console)
{
    private readonly AccountRegister _register = new(warehouse);

    /// <summary>Says what it changes, asks, and does it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, string vendor, string from, string into, bool isDryRun, bool isAgreed, CancellationToken cancellationToken)
    {
        var book = await _register.ReadWholeAsync(dataset, vendor, cancellationToken);
        if (Mistake(book, dataset, vendor, from, into) is { } mistake)
        {
            await console.Error.WriteLineAsync(mistake);
            return 1;
        }

        await console.Output.WriteLineAsync(from == into ? $"{vendor}: '{from}' counts as itself again." : await EffectAsync(dataset, vendor, from, into, cancellationToken));
        if (isDryRun)
        {
            await console.Output.WriteLineAsync("Nothing was changed (--dry-run).");
            return 0;
        }

        if (!isAgreed && !await AgreeAsync(cancellationToken))
        {
            await console.Error.WriteLineAsync("Nothing was changed: answer 'yes', or give --yes.");
            return 1;
        }

        await _register.MergeAsync(dataset, vendor, from == into ? [from] : [from, .. book.MergedInto(from)], into, cancellationToken);
        await console.Output.WriteLineAsync("Done. A service that is running takes up to five minutes to know.");
        return 0;
    }

    private static string? Mistake(AccountBook book, string dataset, string vendor, string from, string into)
    {
        if (book.AccountIds.Count == 0)
        {
            return $"{dataset} holds no account of '{vendor}'. `accounts list` shows what it holds.";
        }

        if (from == into)
        {
            return book.Present(from) == from ? $"'{from}' was not merged into another account, so there is nothing to take back." : null;
        }

        if (book.Present(from) != from)
        {
            return $"'{from}' counts as '{book.Present(from)}' already. To take that back: accounts merge --vendor {vendor} --from {from} --into {from}";
        }

        if (book.Present(into) != into)
        {
            return $"'{into}' counts as '{book.Present(into)}': give --into {book.Present(into)}.";
        }

        return new[] { from, into }.FirstOrDefault(id => !book.AccountIds.Contains(id)) is { } unknown
            ? $"{dataset} holds no account_id '{unknown}' of '{vendor}'. It holds: {string.Join(", ", book.AccountIds)}."
            : null;
    }

    private async Task<string> EffectAsync(string dataset, string vendor, string from, string into, CancellationToken cancellationToken)
    {
        var effect = (await warehouse.QueryAsync(dataset, Statement.Create("merge_effect", ("vendor", vendor), ("from", from), ("into", into)), cancellationToken))[0];
        return FormattableString.Invariant(
            $"{vendor}: '{from}' counts as '{into}' from now on. Of {effect.GetInt64("slices")} slices {effect.GetInt64("hidden_slices")} stand under both, and their ")
            + FormattableString.Invariant($"newest read counts alone. Billed: {effect.Exact("usd_before")} US dollars before, {effect.Exact("usd_after")} after.");
    }

    private async Task<bool> AgreeAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        await console.Output.WriteAsync("Do it? Type yes: ");
        return (await Console.In.ReadLineAsync(cancellationToken))?.Trim() == "yes";
    }
}
