using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>
/// What a query is billed for, on demand: the columns that it reads, of the partitions that constant filters leave, at
/// least 10 MB of every table it refers to, through views too. Of a table that it only inserts into nothing; of one
/// that it changes otherwise every column too. https://cloud.google.com/bigquery/pricing#on_demand_pricing
/// </summary>
internal sealed class Billing(Blueprint blueprint, ArrangedSizes sizes)
{
    private const long Megabyte = 1024 * 1024;
    private const long MinimumPerTable = 10 * Megabyte;

    /// <summary>The bill for a statement.</summary>
    /// <param name="connection">Where the tables are.</param>
    /// <param name="job">The job, for the most that it may bill.</param>
    /// <param name="statement">The statement, as DuckDB plans it.</param>
    /// <param name="named">The tables and views that it names.</param>
    /// <param name="target">The table whose rows it changes; null where it only reads.</param>
    /// <exception cref="GoogleException">
    /// It is more than the job may bill, or a table refuses to be read without a filter of its partitions.
    /// </exception>
    public Bill Of(
        DuckDBConnection connection, Job job, string statement, IEnumerable<TableName> named, DmlTarget? target)
    {
        // A target may be read as well, where it is named twice.
        var read = target?.Verb == "INSERT" ? named.Skip(1) : named;
        var tables = blueprint.Tables(connection, read);
        var (processed, billed) = (0L, 0L);
        if (tables.Count > 0)
        {
            var scans = Plan(connection, job, statement, target);
            foreach (var table in tables)
            {
                var isChanged = target is not null && target.Verb != "INSERT" && target.Table == table;
                var bytes = Bytes(connection, table, scans, isChanged ? statement : null);
                processed += bytes;
                billed += Math.Max(bytes, MinimumPerTable);
            }
        }

        billed = (billed + Megabyte - 1) / Megabyte * Megabyte;
        var most = (string?)job.Configuration["query"]?["maximumBytesBilled"];
        return long.TryParse(most, out var limit) && limit > 0 && billed > limit
            ? throw new GoogleException(
                400,
                "bytesBilledLimitExceeded",
                FormattableString.Invariant(
                    $"Query exceeded limit for bytes billed: {limit}. {billed} or higher required."))
            : new Bill(processed, billed);
    }

    /// <summary>The scans; null where DuckDB cannot plan the statement, which then reads everything.</summary>
    private IReadOnlyList<Scan>? Plan(DuckDBConnection connection, Job job, string statement, DmlTarget? target)
    {
        try
        {
            if (target is not null)
            {
                blueprint.Tables(connection, [target.Table]);
            }

            return blueprint.Plan(
                statement, (string?)job.Configuration["query"]?["defaultDataset"]?["datasetId"]);
        }
        catch (DuckDBException)
        {
            return null;
        }
    }

    /// <summary>The bytes that are read of a table, which a statement changes where there is one.</summary>
    private long Bytes(DuckDBConnection connection, TableName table, IReadOnlyList<Scan>? scans, string? change)
    {
        var resource = Catalog.Find(connection, table)!;
        var columns = TableSchema.Columns(resource);
        var field = (string?)resource["timePartitioning"]?["field"];
        var by = columns.FirstOrDefault(column => column.Name.Equals(field, StringComparison.OrdinalIgnoreCase));
        var ofTable = scans?.Where(scan => scan.Dataset == table.Dataset && scan.Table == table.Table).ToList();
        if ((bool?)resource["requirePartitionFilter"] == true
            && ofTable?.TrueForAll(scan => by is not null && Days(scan, by).Length > 0) != true)
        {
            throw GoogleException.InvalidQuery(
                $"Cannot query over table '{table.Project}.{table.Dataset}.{table.Table}' without a filter over "
                    + $"column(s) '{field}' that can be used for partition elimination");
        }

        if (ofTable is null)
        {
            return sizes.Bytes(connection, table, columns, by, null);
        }

        if (ofTable.Count == 0)
        {
            return 0;
        }

        // A change reads every column, and once more those that it refers to.
        var read = columns.Where(column => ofTable.Any(scan => Reads(scan, column.Name))
            || (change is not null && PartitionFilter.Names(change, column.Name)));
        return sizes.Bytes(
            connection,
            table,
            [.. change is null ? [] : columns, .. read],
            by,
            by is null ? null : Partitions(ofTable, by));
    }

    private static bool Reads(Scan scan, string column) =>
        scan.Columns.Contains(column, StringComparer.OrdinalIgnoreCase)
        || scan.Filters.Any(filter => PartitionFilter.Names(filter, column));

    /// <summary>The days that any of the scans reads, as a condition; null for all.</summary>
    private static string? Partitions(IReadOnlyList<Scan> scans, Column by)
    {
        var ofScans = scans.Select(scan => Days(scan, by)).ToList();
        return ofScans.Contains("") ? null : string.Join(" OR ", ofScans.Select(condition => $"({condition})"));
    }

    /// <summary>The days that a scan reads, as a condition; empty for all.</summary>
    private static string Days(Scan scan, Column by) => string.Join(
        " AND ", scan.Filters.Select(filter => PartitionFilter.Of(filter, by)).OfType<string>());
}
