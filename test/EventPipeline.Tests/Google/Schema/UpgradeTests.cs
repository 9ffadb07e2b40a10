using EventPipeline.Google.Schema;

namespace EventPipeline.Tests.Google.Schema;

/// <summary>
/// The statements of an upgrade and of a table made anew. They are kept in <c>upgrade.sql</c>, which CI gives to
/// Google's analyser.
/// </summary>
public sealed class UpgradeTests
{
    private static readonly DatasetName Dataset = new(null, "{dataset}");
    private static readonly ExpectedSchema Expected = ExpectedSchema.Read();

    [Fact]
    public async Task The_statements_of_an_upgrade_are_the_ones_that_the_analyser_has_seen()
    {
        var seen = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Google", "Schema", "upgrade.sql"),
            TestContext.Current.CancellationToken);
        var cost = Live("cost_versions", table => table with
        {
            Description = "Old.",
            RequiresPartitionFilter = false,
            Columns =
            [
                .. table.Columns.Where(column => column.Name is not ("list_usd" or "is_chargeable"))
                    .Select(column => column.Name switch
                    {
                        "sku" => column with { Description = null },
                        _ => column,
                    }),
            ],
        });
        var slices = Live("slice_versions", table => table with
        {
            PartitionBy = null,
            Columns = [.. table.Columns.Where(column => column.Name != "pinned")],
        });

        var live = new LiveDataset("US", [.. Others("cost_versions", "slice_versions"), cost, slices]);
        var differences = new DatasetComparison(Dataset, Expected with { Views = [] }, live).Compare("US");
        var upgrades = Upgrade.Statements(differences.Select(difference => difference.Upgrade).OfType<Upgrade>())
            .Select(upgrade => upgrade.Sql);
        var byHand = differences.SelectMany(difference => difference.ByHand).Distinct();

        string.Join("\n\n", [.. upgrades, .. byHand]).ShouldBe(seen.Trim());
    }

    /// <remarks>
    /// Apart from the others, because the analyser does not know this clause, which BigQuery does:
    /// https://cloud.google.com/bigquery/docs/managing-table-schemas
    /// </remarks>
    [Fact]
    public void A_column_that_grows_wider_is_changed_in_place()
    {
        var cost = Live("cost_versions", table => table with
        {
            Columns =
            [
                .. table.Columns.Select(
                    column => column.Name == "quantity" ? column with { Type = "NUMERIC" } : column),
            ],
        });

        var differences = new DatasetComparison(
            Dataset, Expected with { Views = [] }, new LiveDataset("US", [.. Others("cost_versions"), cost]))
            .Compare("US");

        Upgrade.Statements(differences.Select(difference => difference.Upgrade).OfType<Upgrade>())
            .ShouldHaveSingleItem().Sql
            .ShouldBe("ALTER TABLE {dataset}.cost_versions\n  ALTER COLUMN quantity SET DATA TYPE BIGNUMERIC;");
    }

    [Fact]
    public void A_table_that_is_made_anew_keeps_the_columns_that_nobody_expects()
    {
        var expected = new TableDefinition("t", [new("a", "INT64", true, "A.")], "a", [], null, false, "T.");
        var live = expected with
        {
            PartitionBy = null,
            Columns = [new("a", "STRING", true, "A."), new("later", "STRING", true, "It's newer.")],
        };

        var byHand = new TableComparison(Dataset, expected, new LiveTable("TABLE", live, null))
            .Compare()
            .SelectMany(difference => difference.ByHand)
            .Distinct();

        byHand.ShouldBe(
        [
            "CREATE TABLE {dataset}.t_new (\n  a INT64 NOT NULL OPTIONS (description = 'A.'),\n  later STRING OPTIONS "
                + "(description = 'It\\'s newer.')\n)\n"
                + "PARTITION BY a\nOPTIONS (description = 'T.');",
            "INSERT INTO {dataset}.t_new (a, later)\nSELECT CAST(a AS INT64), later\nFROM {dataset}.t;",
            "ALTER TABLE {dataset}.t RENAME TO t_old;",
            "ALTER TABLE {dataset}.t_new RENAME TO t;",
        ]);
    }

    [Theory]
    [InlineData("DATE", "a")]
    [InlineData("TIMESTAMP", "DATE(a)")]
    public void A_table_that_takes_no_query_without_a_filter_is_copied_whole_all_the_same(string type, string by)
    {
        var expected = new TableDefinition("t", [new("a", type, true, "A.")], by, [], null, true, "T.");
        var live = expected with { Columns = [new("a", type, false, "A.")] };

        var byHand = new TableComparison(Dataset, expected, new LiveTable("TABLE", live, null))
            .Compare()
            .SelectMany(difference => difference.ByHand)
            .ToList();

        byHand[0].ShouldEndWith("OPTIONS (require_partition_filter = TRUE, description = 'T.');");
        byHand[1].ShouldBe(
            "INSERT INTO {dataset}.t_new (a)\nSELECT a\nFROM {dataset}.t\n"
                + $"WHERE a >= {type} '0001-01-01' OR a IS NULL;");
    }

    [Fact]
    public void A_table_that_refuses_queries_that_its_views_need_is_opened()
    {
        var entity = Live("entity_versions", table => table with { RequiresPartitionFilter = true });

        var difference = new DatasetComparison(
            Dataset, Expected with { Views = [] }, new LiveDataset("US", [.. Others("entity_versions"), entity]))
            .Compare("US").ShouldHaveSingleItem();

        difference.Statement.ShouldBe(
            "{dataset}.entity_versions refuses queries of all its partitions; expected: a table that takes them.");
        Upgrade.Statements([difference.Upgrade.ShouldNotBeNull()]).ShouldHaveSingleItem().Sql.ShouldBe(
            "ALTER TABLE {dataset}.entity_versions\n  SET OPTIONS (require_partition_filter = FALSE);");
    }

    private static LiveTable Live(string name, Func<TableDefinition, TableDefinition> change) =>
        new("TABLE", change(Expected.Tables.Single(table => table.Name == name)), null);

    private static IEnumerable<LiveTable> Others(params string[] names) =>
        Expected.Tables.Where(table => !names.Contains(table.Name)).Select(table => Live(table.Name, same => same));
}
