using EventPipeline.Reconciliation;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Commands;

/// <summary>Compares accounts with their vendors, side by side, and says what it found.</summary>
internal sealed class ReconcileCheck(AccountReconciliation reconciliation, ReconciliationWriter writer)
{
    private const int AccountsAtOnce = 8;

    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        IReadOnlyList<Account> accounts, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var found = new IReadOnlyList<ReconciledSlice>[accounts.Count];
        await Parallel.ForEachAsync(
            accounts.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AccountsAtOnce, CancellationToken = cancellationToken },
            async (account, stop) =>
                found[account.Index] = await reconciliation.ExecuteAsync(account.Item, from, to, stop));
        var slices = found.SelectMany(of => of).ToList();
        await writer.WriteAsync(slices, from, to);
        return ExitCodeOf([.. slices.Select(slice => slice.State)]);
    }

    private static int ExitCodeOf(HashSet<string> states) =>
        states.Overlaps(
            [ReconciliationState.Differs, ReconciliationState.NotLoaded, ReconciliationState.Refused]) ? 1
        : states.Contains(ReconciliationState.Unreachable) ? 3
        : 0;
}
