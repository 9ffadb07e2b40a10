namespace EventPipeline.Load;

/// <summary>
/// Finds and deletes rows of loads that were superseded, or loaded and never committed, before a point in time. Names
/// are an exception: the view <c>entity</c> shows what any committed read has said, so that only those go which were
/// never committed.
/// </summary>
/// <param name="warehouse">Where.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="before">
/// The end of the retention. What is found does not change any more unless it is deleted: a commit that comes now
/// supersedes now, and no attempt lasts as long as the shortest retention.
/// </param>
/// <param name="id">Unique forever: part of the ids that the deletions have.</param>
internal sealed class Compaction(IWarehouse warehouse, string dataset, DateTimeOffset before, string id)
{
    private const string Pages = "raw_page";
    private const string Names = "entity_versions";

    /// <summary>The tables that rows are deleted from.</summary>
    public static IReadOnlyList<string> Tables { get; } = [.. LoadProof.Tables, Pages];

    /// <summary>What there is to delete from a table: a line per reason and month, oldest first.</summary>
    public async Task<IReadOnlyList<RemovableRows>> FindAsync(string table, CancellationToken cancellationToken)
    {
        // What is about a later day, or was fetched on one, was neither committed nor superseded before.
        var lastDay = DateOnly.FromDateTime(before.UtcDateTime);
        var rows = await warehouse.QueryAsync(
            dataset, Create("find_removable", table, DateOnly.MinValue, lastDay), cancellationToken);
        return
        [
            .. rows.Select(row => new RemovableRows(
                row.Text("reason") == "superseded",
                row.Date("first_day"),
                row.Date("last_day"),
                row.GetInt64("row_count"),
                row.GetInt64("load_count"))),
        ];
    }

    /// <summary>
    /// Deletes what was found, month by month, so that each statement reads and rewrites the partitions of one month.
    /// </summary>
    public async Task DeleteAsync(
        string table, IEnumerable<RemovableRows> found, CancellationToken cancellationToken)
    {
        foreach (var month in found.GroupBy(rows => (rows.FirstDay.Year, rows.FirstDay.Month)))
        {
            var statement = Create(
                table == Pages ? "delete_pages" : "delete_rows",
                table,
                month.Min(rows => rows.FirstDay),
                month.Max(rows => rows.LastDay));
            await warehouse.ExecuteAsync(
                dataset,
                FormattableString.Invariant($"compact_{id}_{table}_{month.Key.Year:D4}{month.Key.Month:D2}"),
                statement,
                cancellationToken);
        }
    }

    private Statement Create(string name, string table, DateOnly firstDay, DateOnly lastDay)
    {
        // The first 12 digits of a load's id are the milliseconds at which it began.
        var loadedBefore = FormattableString.Invariant($"{Math.Max(0, before.ToUnixTimeMilliseconds()):x12}");
        var statement = table == Pages
            ? Statement.Create(
                name,
                ("superseded_before", before),
                ("loaded_before", loadedBefore),
                ("fetched_from", firstDay.Start()),
                ("fetched_before", lastDay.Start().AddDays(1)),
                ("first_day", DateOnly.MinValue),
                ("last_day", DateOnly.MaxValue))
            : Statement.Create(
                name,
                ("superseded_before", table == Names ? null : before),
                ("loaded_before", loadedBefore),
                ("first_day", firstDay),
                ("last_day", lastDay));
        return statement
            .WithPart("removable", Statement.Text($"parts/removable_{(table == Pages ? "pages" : "rows")}.sql"))
            .WithPart("standing", Statement.Text("parts/standing.sql"))
            .WithPart("table", table);
    }
}

/// <summary>Rows of a table, of one month, that no version needs.</summary>
/// <param name="WereCommitted">Whether they were superseded; otherwise they were never committed.</param>
/// <param name="FirstDay">The first day they are in: of pages, on which they were fetched.</param>
/// <param name="LastDay">The last day they are in.</param>
/// <param name="Rows">How many.</param>
/// <param name="Loads">Their loads, each counted in the month of its first row.</param>
internal sealed record RemovableRows(bool WereCommitted, DateOnly FirstDay, DateOnly LastDay, long Rows, long Loads);
