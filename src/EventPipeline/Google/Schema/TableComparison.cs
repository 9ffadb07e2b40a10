namespace EventPipeline.Google.Schema;

/// <summary>Compares an existing table with the expected one.</summary>
internal sealed class TableComparison(DatasetName dataset, TableDefinition expected, LiveTable? live)
{
    private readonly string _where = $"{dataset}.{expected.Name}";
    private readonly string _alter = $"ALTER TABLE {dataset.Sql}.{expected.Name}";

    /// <summary>What differs, the columns first and in their order.</summary>
    public IEnumerable<Difference> Compare()
    {
        if (live is null)
        {
            return
            [
                new(
                    _where,
                    "is missing",
                    "a table") { Upgrade = new("created table", _where, dataset.Fill(expected.ToString())) },
            ];
        }

        if (live.Type != "TABLE")
        {
            return
            [
                new(
                    _where,
                    $"is a {live.Type}",
                    "a TABLE") { ByHand = [Remedies.MakeRoom(dataset, expected.Name, live.Type)] },
            ];
        }

        List<Difference> differences =
        [
            .. expected.Columns.SelectMany(Compare),
            .. Extra(),
            .. Storage(),
            .. Filter(),
            .. Description(),
        ];

        // A table is recreated once, together with everything about it that is refused.
        return differences.Exists(NeedsNewTable)
            ? differences.Select(WithNewTable)
            : differences;
    }

    private Difference WithNewTable(Difference difference) =>
        difference.IsRefused
            ? difference with { ByHand = Remedies.NewTable(dataset, expected, live!.Definition) }
            : difference;

    private static bool NeedsNewTable(Difference difference) => difference.IsRefused && difference.ByHand.Count == 0;

    private IEnumerable<Difference> Compare(ColumnDefinition column)
    {
        var where = $"{_where}.{column.Name}";
        if (live!.Definition.Column(column.Name) is not { } found)
        {
            // BigQuery cannot add a REQUIRED column to an existing table.
            yield return new(where, "is missing", $"{column.Type} {column.Mode}")
            {
                Upgrade = column.IsRequired
                    ? null
                    : new("added column", where, _alter, $"ADD COLUMN IF NOT EXISTS {column}"),
            };
            yield break;
        }

        if (found.Type != column.Type)
        {
            yield return new(where, $"is {found.Type}", column.Type)
            {
                Upgrade = ColumnTypes.IsWidening(found.Type, column.Type)
                    ? new("widened column", where, _alter, $"ALTER COLUMN {found.Name} SET DATA TYPE {column.Type}")
                    : null,
            };
        }

        if (found.IsRequired != column.IsRequired)
        {
            yield return new(
                where, $"is {found.Mode}", column.Mode) { ByHand = found.IsRequired ? [DropNotNull(found)] : [] };
        }

        if (found.Description != column.Description && column.Description is { } description)
        {
            yield return new(where, Described(found.Description), Shown.Quoted(description))
            {
                Upgrade = new(
                    "described column",
                    where,
                    _alter,
                    $"ALTER COLUMN {found.Name} SET OPTIONS ({ColumnDefinition.SetDescription(description)})"),
            };
        }
    }

    private IEnumerable<Difference> Extra() =>
        live!.Definition.Columns.Where(column => expected.Column(column.Name) is null).Select(column =>
        column.IsRequired
            ? new Difference(
                $"{_where}.{column.Name}",
                "is REQUIRED, which this revision cannot fill",
                "no such column, or NULLABLE")
            {
                ByHand = [DropNotNull(column)],
            }
            : new Difference($"{_where}.{column.Name}", $"is {column.Type}", "no such column")
            {
                IsHarmless = true,
                Advice = "It stays: a newer revision may have added it.",
            });

    private IEnumerable<Difference> Storage()
    {
        if (!string.Equals(live!.Definition.PartitionBy, expected.PartitionBy, StringComparison.OrdinalIgnoreCase))
        {
            yield return new(
                _where,
                $"is partitioned by {live.Definition.PartitionBy ?? "nothing"}",
                expected.PartitionBy ?? "nothing");
        }

        if (live.Definition.PartitionExpirationDays != expected.PartitionExpirationDays)
        {
            yield return new(
                _where,
                $"deletes partitions {After(live.Definition.PartitionExpirationDays)}",
                After(expected.PartitionExpirationDays))
            {
                ByHand = [$"{_alter} SET OPTIONS ({TableDefinition.SetExpiration(expected.PartitionExpirationDays)});"],
            };
        }

        if (!live.Definition.ClusterBy.SequenceEqual(expected.ClusterBy, StringComparer.OrdinalIgnoreCase))
        {
            yield return new(_where, $"is clustered by {Listed(live.Definition.ClusterBy)}", Listed(expected.ClusterBy))
            {
                // GoogleSQL has no statement for this:
                // https://cloud.google.com/bigquery/docs/creating-clustered-tables#modifying-cluster-spec.
                ByHand = expected.ClusterBy.Count == 0
                    ? []
                    :
                    [
                        $"bq update --clustering_fields={string.Join(',', expected.ClusterBy)} "
                            + $"{dataset.ForTools}.{expected.Name}",
                    ],
            };
        }
    }

    private IEnumerable<Difference> Filter()
    {
        if (live!.Definition.RequiresPartitionFilter != expected.RequiresPartitionFilter)
        {
            var (found, wanted, done) = expected.RequiresPartitionFilter
                ? ("takes queries of all its partitions", "only those that filter them", "protected table")
                : ("refuses queries of all its partitions", "a table that takes them", "opened table");
            yield return new(_where, found, wanted)
            {
                // What is not partitioned can only be made anew.
                Upgrade = live.Definition.PartitionBy is null
                    ? null
                    : new(
                        done,
                        _where,
                        _alter,
                        $"SET OPTIONS ({TableDefinition.SetFilter(expected.RequiresPartitionFilter)})"),
            };
        }
    }

    private IEnumerable<Difference> Description()
    {
        if (expected.Description is { } description && live!.Definition.Description != description)
        {
            yield return new(_where, Described(live.Definition.Description), Shown.Quoted(description))
            {
                Upgrade = new(
                    "described table", _where, _alter, $"SET OPTIONS ({ColumnDefinition.SetDescription(description)})"),
            };
        }
    }

    private string DropNotNull(ColumnDefinition column) => $"{_alter} ALTER COLUMN {column.Name} DROP NOT NULL;";

    private static string Described(string? description) =>
        string.IsNullOrEmpty(description) ? "has no description" : $"has the description {Shown.Quoted(description)}";

    private static string After(decimal? days) => days is null
        ? "never"
        : FormattableString.Invariant($"after {days:0.###} days");

    private static string Listed(IReadOnlyList<string> columns) => columns.Count == 0
        ? "nothing"
        : string.Join(", ", columns);
}
