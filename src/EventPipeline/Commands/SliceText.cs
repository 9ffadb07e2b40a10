using EventPipeline.Load;
using EventPipeline.Status;
using VersionDocument = EventPipeline.Status.SliceEndpoints.VersionDocument;

namespace EventPipeline.Commands;

/// <summary>Versions of slices as people read them, and as programs do.</summary>
internal static class SliceText
{
    /// <summary>The names of the cells of a version.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "vendor", "account", "account_id", "report", "usage_date", "load_id", "is_shown", "is_pinned", "row_count",
        "tokens", "usd", "estimated_usd", "grain", "normaliser_version", "first_read_began", "read_began", "reads",
        "run_id",
    ];

    /// <summary>The versions below the slices that they are of.</summary>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<VersionDocument> versions)
    {
        if (versions.Count == 0)
        {
            await output.WriteLineAsync("There is no such version.");
            return;
        }

        foreach (var slice in versions.GroupBy(Name))
        {
            await output.WriteLineAsync(slice.Key);
            await TextColumns.WriteAsync(
                output,
                [
                    ["", "load", "read (UTC)", "rows", "tokens", "dollars", ""],
                    .. slice.Select(version => (string[])
                    [
                        version.IsShown ? "*" : "",
                        version.LoadId,
                        TimeText.Minute(version.FirstReadBegan),
                        .. ChangeTable.Cells(Totals(version)),
                        version.IsPinned ? "pinned" : "",
                    ]),
                ]);
        }
    }

    /// <summary>What restoring would change: before and after.</summary>
    public static async Task WriteAsync(TextWriter output, SliceEndpoints.Restored would)
    {
        if (would.AlreadyShown > 0)
        {
            await output.WriteLineAsync(
                would.AlreadyShown == 1
                    ? "1 day already shows that version and is left as it is."
                    : $"{would.AlreadyShown} days already show that version and are left as they are.");
        }

        if (would.Slices.Count == 0)
        {
            return;
        }

        await ChangeTable.WriteAsync(
            output,
            [
                .. would.Slices.Select(
                    slice => (Name(slice.Before), (SliceTotals?)Totals(slice.Before), Totals(slice.After))),
            ]);
        await output.WriteLineAsync(
            $"{TextColumns.Counted(would.Slices.Count, "day")} to restore: "
            + $"{Sum(would.Slices.Select(slice => slice.Before))} before, "
            + $"{Sum(would.Slices.Select(slice => slice.After))} after.");
    }

    /// <summary>What restoring has changed.</summary>
    public static string Done(SliceEndpoints.Restored made) =>
        $"{TextColumns.Counted(made.Slices.Count, "day")} restored. They stay as they are now until they are requested "
            + "with force.";

    /// <summary>The cells of a version.</summary>
    public static string?[] Cells(VersionDocument version) =>
    [
        version.Vendor,
        version.Account,
        version.AccountId,
        version.Report,
        version.Day.Text(),
        version.LoadId,
        version.IsShown ? "true" : "false",
        version.IsPinned ? "true" : "false",
        RecordWriter.Number(version.Rows),
        RecordWriter.Number(version.Tokens),
        DecimalAsString.Text(version.BilledUsd),
        DecimalAsString.Text(version.EstimatedUsd),
        version.Grain,
        RecordWriter.Number(version.NormaliserVersion),
        TimeText.Instant(version.FirstReadBegan),
        TimeText.Instant(version.ReadBegan),
        RecordWriter.Number(version.Reads),
        version.RunId,
    ];

    private static string Name(VersionDocument version) =>
        ChangeTable.Name(version.Vendor, version.Account, version.Report, version.Day);

    private static SliceTotals Totals(VersionDocument version) => new(version.Rows, version.Tokens)
    {
        Money = SumsByBasis.Create(version.BilledUsd, version.EstimatedUsd),
    };

    private static string Sum(IEnumerable<VersionDocument> versions)
    {
        var (rows, usd) = versions.Aggregate(
            (Rows: 0L, Usd: 0m), (sum, version) => (sum.Rows + version.Rows, sum.Usd + version.BilledUsd));
        return $"{TextColumns.Counted(rows, "row")} and ${TextColumns.Cents(usd)} billed";
    }
}
