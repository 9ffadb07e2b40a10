using System.Globalization;
using System.Text.Json;
using EventPipeline.Reconciliation;

namespace EventPipeline.Commands;

/// <summary>Writes what a reconciliation found, for people or as one JSON document.</summary>
internal sealed class ReconciliationWriter(TextWriter output, bool asJson)
{
    private const int MaxShown = 50;

    private static readonly (string State, string Remedy)[] Remedies =
    [
        (ReconciliationState.Differs,
            "Run these days again with `force`: their vendor was to change them no more. What still differs after that "
            + "is a fault of the connector or of the vendor's totals."),
        (ReconciliationState.Restated, "The daily run reads days that may still change again until they are settled."),
        (ReconciliationState.NotLoaded, "Run these days: with their first and last day, or Runs__GapDays."),
        (ReconciliationState.Refused, "`vendors check` says what each credential may read."),
        (ReconciliationState.Unreachable, "Try again later."),
    ];

    /// <summary>Writes every report, and what does not agree.</summary>
    public async Task WriteAsync(IReadOnlyList<ReconciledSlice> slices, DateOnly from, DateOnly to)
    {
        if (asJson)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(slices, ApiJson.Options));
            return;
        }

        await output.WriteLineAsync($"What the vendors say of {from.Text()} to {to.Text()}, and what the views show:");
        await TextColumns.WriteAsync(
            output,
            [
                ["vendor", "account", "report", "days", "equal", "the vendor says"],
                .. slices.GroupBy(slice => (slice.Vendor, slice.Account, slice.Report)).Select(of => new[]
                {
                    of.Key.Vendor,
                    of.Key.Account,
                    of.Key.Report,
                    Number(of.Count()),
                    Number(of.Count(slice => slice.State == ReconciliationState.Equal)),
                    Said(of),
                }),
            ]);
        var lines = slices.Where(slice => slice.State != ReconciliationState.Equal)
            .GroupBy(slice => (slice.Vendor, slice.Account, slice.Report, slice.State, slice.Said))
            .SelectMany(Describe)
            .ToList();
        foreach (var line in lines.Take(MaxShown))
        {
            await output.WriteLineAsync(line);
        }

        if (lines.Count > MaxShown)
        {
            await output.WriteLineAsync($"… and {lines.Count - MaxShown} lines more (--json has all).");
        }

        foreach (var (state, remedy) in Remedies.Where(one => slices.Any(slice => slice.State == one.State)))
        {
            await output.WriteLineAsync($"{state}: {remedy}");
        }
    }

    /// <summary>Writes what a bill consists of.</summary>
    public async Task WriteAsync(BillExplanation bill, string vendor, DateOnly month)
    {
        if (asJson)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(bill, ApiJson.Options));
            return;
        }

        (string What, decimal Usd)[] lines =
        [
            ($"The bill of {vendor} for {month.Text()[..7]}", bill.Bill.Invoice),
            ("Billed in daily_cost", bill.Billed),
            ("  of that on days that may still change", bill.Unsettled),
            ("  of that negative lines: credits, refunds", bill.Negative),
            ("Difference", bill.Difference),
            ("  rounding to cents", bill.Rounding),
            ("  tax (--tax)", bill.Bill.Tax),
            ("  credits deducted (--credits)", -bill.Bill.Credits),
            ("  seats and subscriptions (--seats)", bill.Bill.Seats),
            ("Unexplained", bill.Unexplained),
        ];
        await TextColumns.WriteAsync(
            output, [["", "US dollars"], .. lines.Select(line => new[] { line.What, DecimalAsString.Text(line.Usd) })]);
        foreach (var line in Hints(bill))
        {
            await output.WriteLineAsync(line);
        }
    }

    private static IEnumerable<string> Describe(
        IGrouping<(string, string, string, string, string?), ReconciledSlice> of)
    {
        var (vendor, account, report, state, said) = of.Key;
        var subject = $"{vendor}/{account} {report}";
        if (state is not (ReconciliationState.Differs or ReconciliationState.Restated))
        {
            yield return $"{subject} {state}: {Ranges([.. of.Select(slice => slice.Day)])}"
                + (said is null ? "" : $". {said}");
            yield break;
        }

        foreach (var slice in of)
        {
            yield return $"{subject} {state}: {slice.Day.Text()}, {string.Join("; ", Differences(slice))}. Read "
                + Time(slice.ReadBegan!.Value)
                + (slice.SettlesAt is { } settles ? $", settles {Time(settles)}" : "")
                + (slice.ShownReport is { } other ? $", shown from {other}" : "")
                + ".";
        }
    }

    private static IEnumerable<string> Differences(ReconciledSlice slice)
    {
        var (told, shown) = (slice.Told!, slice.Shown!);
        foreach (var basis in told.Money.ByName.Keys.Union(shown.Money.ByName.Keys))
        {
            if (told.Money[basis] != shown.Money[basis])
            {
                yield return $"{basis} US dollars {DecimalAsString.Text(told.Money[basis])} at the vendor, "
                    + $"{DecimalAsString.Text(shown.Money[basis])} shown";
            }
        }

        if (told.Tokens != shown.Tokens)
        {
            yield return $"tokens {Number(told.Tokens)} at the vendor, {Number(shown.Tokens)} shown";
        }

        if (told.Requests != shown.Requests)
        {
            yield return $"requests {Number(told.Requests)} at the vendor, {Number(shown.Requests)} shown";
        }
    }

    private static IEnumerable<string> Hints(BillExplanation bill)
    {
        foreach (var (account, report, days) in bill.Missing)
        {
            yield return $"Not loaded: {account} {report} {Ranges(days)}. Run these days.";
        }

        foreach (var account in bill.UnreadAccounts)
        {
            yield return $"Nothing of the account {account} is loaded in that month.";
        }

        if (bill.SettlesAt is { } settles)
        {
            yield return $"{bill.UnsettledDays} days may still change, the last until {Time(settles)}.";
        }

        if (bill is { SeatCount: > 0, Bill.Seats: 0 })
        {
            yield return $"{bill.SeatCount} seats were there; pass what the bill asks for them (--seats).";
        }

        if (Math.Round(bill.Unexplained, 2) != 0)
        {
            yield return "A bill also has what no API tells: tax, prepaid credits, subscriptions, and accounts whose "
                + "keys are not configured.";
        }
    }

    /// <summary>What a vendor says of a report in all, basis by basis.</summary>
    private static string Said(IEnumerable<ReconciledSlice> slices)
    {
        var told = slices.Where(slice => slice.Told is not null).Select(slice => slice.Told!).ToList();
        var money = SumsByBasis.Total(told.Select(total => total.Money)).ByName
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Value:N2} US dollars {one.Key}"));
        (long Number, string Unit)[] counts =
            [(told.Sum(total => total.Tokens), "tokens"), (told.Sum(total => total.Requests), "requests")];
        return money.Concat(counts.Where(one => one.Number != 0).Select(one => $"{Number(one.Number)} {one.Unit}"))
            .ToList() is { Count: > 0 } said
            ? string.Join(", ", said)
            : "no money, tokens or requests";
    }

    private static string Ranges(IReadOnlyList<DateOnly> days)
    {
        // Days in a row have the same difference to their index.
        return string.Join(
            ", ",
            days.Order().Index().GroupBy(day => day.Item.DayNumber - day.Index).Select(row =>
                row.First().Item == row.Last().Item
                    ? row.First().Item.Text()
                    : $"{row.First().Item.Text()} to {row.Last().Item.Text()}"));
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => $"{TimeText.Minute(time)} UTC";
}
