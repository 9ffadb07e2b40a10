using System.Globalization;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Commands;

/// <summary>
/// Tries the credentials of accounts with the smallest request of each report that they read: one day, as far as its
/// first page. It asks through the connectors that runs use, with their secrets, limits and redaction; it loads nothing
/// and writes nothing.
/// </summary>
/// <param name="services">What the connectors and the vendors are taken from.</param>
/// <param name="today">Says which day is over.</param>
internal sealed class CredentialCheck(IServiceProvider services, TimeProvider today)
{
    // A run would try for minutes; here a person waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The deadline ends a request by itself; this is for whatever does not keep to it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private const int AccountsAtOnce = 8;

    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();

    /// <summary>Checks every report of every account: accounts side by side, an account's reports in turn.</summary>
    /// <returns>In the order of the accounts, and of their reports.</returns>
    public async Task<IReadOnlyList<CheckedReport>> ExecuteAsync(
        IReadOnlyList<Account> accounts, CancellationToken cancellationToken)
    {
        var found = new IReadOnlyList<CheckedReport>[accounts.Count];
        await Parallel.ForEachAsync(
            accounts.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AccountsAtOnce, CancellationToken = cancellationToken },
            async (account, stop) => found[account.Index] = await CheckAsync(account.Item, stop));
        return [.. found.SelectMany(reports => reports)];
    }

    private async Task<IReadOnlyList<CheckedReport>> CheckAsync(Account account, CancellationToken cancellationToken)
    {
        var vendor = services.GetRequiredService<KnownVendors>().All.Single(vendor => vendor.Name == account.Vendor);
        var connector = services.GetRequiredKeyedService<IVendorConnector>(account.Vendor);
        var reports = vendor.ReportsOf(account);

        // A run asks for this first, and reads nothing where it is refused.
        var trouble = await JudgeAsync(async stop => await connector.IdentifyAsync(account, stop), cancellationToken);
        trouble = trouble is null ? null : trouble with { IsOfAccount = true };
        var found = new List<CheckedReport>();
        foreach (var report in reports)
        {
            trouble ??= await TryAsync(connector, account, report, cancellationToken);
            found.Add(
                new CheckedReport(
                    account.Vendor,
                    account.Name,
                    report.Name,
                    trouble?.State ?? CheckState.Usable,
                    trouble?.Said,
                    trouble?.Remedy));
            trouble = trouble switch
            {
                { State: CheckState.Unreachable } => new Trouble(CheckState.NotTried, "The vendor had not answered."),
                { IsOfAccount: true } or { State: CheckState.NotTried } => trouble,
                _ => null,
            };
        }

        return found;
    }

    /// <summary>
    /// Reads as far as the first item that an answer brought, or the end of the first page. A connector may say that a
    /// day arrived before it has asked anything.
    /// </summary>
    private async Task<Trouble?> TryAsync(
        IVendorConnector connector, Account account, Report report, CancellationToken cancellationToken)
    {
        var day = today.Today().AddDays(report.HasPast ? -1 : 0);
        var isAnswered = false;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetch = new FetchContext(
            Window.Create(new Subject(account.Vendor, account.Name, report.Name), day),
            account,
            account.OrganizationId ?? account.Name,
            _time.GetUtcNow() + Patience,
            async (part, stop) =>
            {
                isAnswered = true;
                if (part.PageNo > 1)
                {
                    await enough.CancelAsync();
                    stop.ThrowIfCancellationRequested();
                }
            },
            new Drift());
        try
        {
            return await JudgeAsync(
                async stop =>
                {
                    await using var items = connector.FetchAsync(fetch, stop).GetAsyncEnumerator(stop);
                    while (await items.MoveNextAsync() && !isAnswered && items.Current is not VendorRecord)
                    {
                        // Only the day was named.
                    }
                },
                enough.Token);
        }
        catch (OperationCanceledException) when (
            enough.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What is wrong; null where the vendor answered.</summary>
    private async Task<Trouble?> JudgeAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience + Grace, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await ask(either.Token);
            return null;
        }
        catch (RejectedEventException rejected)
        {
            return rejected switch
            {
                { Refusal: { IsOfOneReport: true } one } => new Trouble(CheckState.Refused, one.Said, one.Remedy),
                { Refusal: { } key } => new Trouble(CheckState.KeyRefused, key.Said, key.Remedy),
                { Cause: RejectionCause.Credential } =>
                    new Trouble(CheckState.KeyRefused, rejected.Message, rejected.Hint) { IsOfAccount = true },
                _ => new Trouble(CheckState.Failed, rejected.Message, rejected.Hint),
            };
        }
        catch (TransientFailureException failure)
        {
            return failure.IsNotReady ? null : new Trouble(CheckState.Unreachable, failure.Message);
        }
        catch (OperationCanceledException) when (
            limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Trouble(
                CheckState.Unreachable,
                string.Create(
                    CultureInfo.InvariantCulture, $"The vendor did not answer within {Patience.TotalSeconds:0} s."));
        }
    }

    private sealed record Trouble(string State, string Said, string? Remedy = null)
    {
        /// <summary>Whether it is the same for every report of the account.</summary>
        public bool IsOfAccount { get; init; }
    }
}
