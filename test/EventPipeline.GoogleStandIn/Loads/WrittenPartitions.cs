using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>The daily partitions that a load writes to, in a table that is partitioned by a column.</summary>
internal sealed class WrittenPartitions(JsonObject table, IReadOnlyList<Column> columns)
{
    private readonly int _column = table["timePartitioning"]?["field"] is { } field
        ? columns.Index().First(column =>
            column.Item.Name.Equals((string?)field, StringComparison.OrdinalIgnoreCase)).Index
        : -1;

    // Null is a partition too.
    private readonly HashSet<DateOnly?> _days = [];

    /// <summary>How many there are; null where the table is not partitioned by a column.</summary>
    public int? Count => _column < 0 ? null : _days.Count;

    public void Add(object?[] row)
    {
        if (_column >= 0)
        {
            _days.Add(row[_column] switch
            {
                DateOnly day => day,
                DateTime time => DateOnly.FromDateTime(time),
                _ => null,
            });
        }
    }
}
