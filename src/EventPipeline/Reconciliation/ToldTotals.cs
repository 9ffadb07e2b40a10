using EventPipeline.Load;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Reconciliation;

/// <summary>
/// Asks a vendor for the totals of days: ungrouped where it groups, so that what was loaded by group is compared with
/// an answer of its own; by the same rows where it gives nothing else. It writes nothing.
/// </summary>
/// <param name="vendor">Who is asked.</param>
/// <param name="connector">How.</param>
/// <param name="clock">Says until when the vendor may make it wait.</param>
internal sealed class ToldTotals(Vendor vendor, IVendorConnector connector, TimeProvider clock)
{
    // As long as an attempt of a run may take.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);

    /// <summary>Reads the days of a window.</summary>
    /// <exception cref="RejectedEventException">The vendor refuses, or its answer breaks its contract.</exception>
    /// <exception cref="TransientFailureException">It could not be read now.</exception>
    public async Task<IReadOnlyDictionary<DateOnly, DayTotal>> ReadAsync(
        Window window, Account account, string accountId, Report report, CancellationToken cancellationToken)
    {
        var fetch = new FetchContext(
            window,
            account,
            accountId,
            clock.GetUtcNow() + Patience,
            (_, _) => ValueTask.CompletedTask,
            new Drift()) { IsTotal = true };
        var reading = new WindowReading(window);
        var countedElsewhere = new Dictionary<DateOnly, long>();
        using var lines = new RecordLine(loadId: "", report.NormaliserVersion);
        await foreach (var item in connector.FetchAsync(fetch, cancellationToken))
        {
            switch (item)
            {
                case BucketArrived bucket:
                    reading.Begin(bucket.Day);
                    break;
                case VendorRecord record when reading.Add(record, lines.Write(record).Hash) is UsageRecord usage
                    && vendor.ProductsCountedElsewhere.Contains(usage.Product):
                    countedElsewhere[usage.UsageDate] =
                        countedElsewhere.GetValueOrDefault(usage.UsageDate) + usage.RequestCount;
                    break;
                default:
                    break;
            }
        }

        reading.Complete();
        return reading.Days.ToDictionary(
            day => day.Key,
            day => new DayTotal(
                day.Value.Tokens, day.Value.Requests - countedElsewhere.GetValueOrDefault(day.Key))
            {
                Money = day.Value.Money,
            });
    }
}
