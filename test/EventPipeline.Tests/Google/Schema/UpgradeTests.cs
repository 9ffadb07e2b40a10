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
            Columns =
            [
                .. table.Columns.Where(column => column.Name is not ("list_usd" or "is_final"))
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
        var expected = new TableDefinition("t", [new("a", "INT64", true, "A.")], "a", [], null, "T.");
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

    private static LiveTable Live(string name, Func<TableDefinition, TableDefinition> change) =>
        new("TABLE", change(Expected.Tables.Single(table => table.Name == name)), null);

    private static IEnumerable<LiveTable> Others(params string[] names) =>
        Expected.Tables.Where(table => !names.Contains(table.Name)).Select(table => Live(table.Name, same => same));
}
