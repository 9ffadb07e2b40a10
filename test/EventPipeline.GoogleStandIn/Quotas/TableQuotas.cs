using System.Collections.Concurrent;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>How often tables are written to. What there was before a restart is forgotten.</summary>
internal sealed class TableQuotas(CurrentLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<TableName, TableUse> tables = new();

    public IEnumerable<TableUse> All => tables.Values;

    /// <summary>What is done to a table, which may be about to be made, or have been dropped.</summary>
    public TableUse Of(DuckDBConnection connection, TableName table)
    {
        var use = tables.GetOrAdd(table, name => new TableUse(name, time));
        if (Catalog.Find(connection, table) is { } resource)
        {
            use.IsPartitioned = resource["timePartitioning"] is not null;
        }

        return use;
    }

    /// <summary>Counts a load into a table, or a definition of it.</summary>
    /// <exception cref="GoogleException">There were too many just now.</exception>
    public void Update(DuckDBConnection connection, TableName table)
    {
        var use = Of(connection, table);
        if (!use.Updates.TryAdd(UpdatesLimit(use)))
        {
            throw QuotaErrors.TableUpdates(use.IsPartitioned);
        }
    }

    /// <summary>Counts the partitions that a load writes to.</summary>
    /// <exception cref="GoogleException">They are too many for one job, or for a day.</exception>
    public void ModifyPartitions(DuckDBConnection connection, TableName table, int partitions)
    {
        var most = limits.Values;
        if (partitions > most.PartitionsPerJob)
        {
            throw QuotaErrors.PartitionsOfJob(partitions, most.PartitionsPerJob);
        }

        if (!Of(connection, table).PartitionModifications.TryAdd(most.PartitionModificationsPerTableAndDay, partitions))
        {
            throw QuotaErrors.PartitionModifications();
        }
    }

    /// <summary>How many loads and definitions a table may have in 10 seconds.</summary>
    public int UpdatesLimit(TableUse use) => use.IsPartitioned
        ? limits.Values.PartitionedTableUpdatesPer10Seconds
        : limits.Values.TableUpdatesPer10Seconds;

    /// <summary>Asks for a statement's place at the table that it writes to; waits as long as BigQuery would.</summary>
    /// <returns>The lane that is to be left at the end; null where the statement runs immediately.</returns>
    /// <exception cref="GoogleException">There are too many.</exception>
    public async Task<Lane?> EnterAsync(TableUse use, string verb, CancellationToken cancellationToken)
    {
        var most = limits.Values;
        if (!use.Dml.TryAdd(most.DmlPerTableAnd10Seconds))
        {
            throw QuotaErrors.Dml(verb);
        }

        // DML counts as an update of the table, and is not refused for that.
        use.Updates.TryAdd(int.MaxValue);
        if (verb == "INSERT" && use.Inserts.TryAdd(most.ImmediateInsertsPerTableAndDay))
        {
            return null;
        }

        var (lane, running, waiting) = verb == "INSERT"
            ? (use.LaterInserts, most.ConcurrentInsertsPerTable, most.QueuedInsertsPerTable)
            : (use.Mutations, most.ConcurrentMutationsPerTable, most.QueuedMutationsPerTable);
        var turn = lane.Enter(running, waiting) ?? throw QuotaErrors.Outstanding(use.Table, waiting);
        await turn.WaitAsync(cancellationToken);
        return lane;
    }
}
