using EventPipeline.Google.Schema;
using EventPipeline.Load;

namespace EventPipeline.Tests.Google.Schema;

public sealed class DefinitionTests
{
    public static TheoryData<string, string> Tables => [.. SchemaTexts.Tables];

    private static readonly Dictionary<string, IReadOnlyList<ViewColumn>> Known = new()
    {
        ["t"] = [new("a", "It's a."), new("b", "B.")],
        ["u"] = [new("b", "Another b."), new("c", "C.")],
    };

    [Theory, MemberData(nameof(Tables))]
    public void A_table_is_written_as_it_was_read(string file, string sql) =>
        TableDefinition.Parse(file, sql).ToString().ShouldBe(sql);

    [Theory, MemberData(nameof(Tables))]
    public void A_table_is_named_as_its_file_and_describes_itself_and_every_column(string file, string sql)
    {
        var table = TableDefinition.Parse(file, sql);

        table.Name.ShouldBe(Path.GetFileNameWithoutExtension(file));
        table.Description.ShouldNotBeNullOrWhiteSpace();
        table.Columns.ShouldAllBe(column => !string.IsNullOrWhiteSpace(column.Description));
    }

    [Fact]
    public void A_view_is_named_as_its_file_and_no_description_is_longer_than_BigQuery_takes()
    {
        // https://cloud.google.com/bigquery/docs/schemas#column_descriptions and /bigquery/quotas#all_tables
        const int longest = 16_384, longestOfColumn = 1_024;
        var schema = ExpectedSchema.Read();

        foreach (var (view, (file, _)) in schema.Views.Zip(SchemaTexts.Views))
        {
            Path.GetFileNameWithoutExtension(file).ShouldEndWith(view.Name);
            view.Description.Length.ShouldBeInRange(1, longest, view.Name);
            view.Columns.ShouldAllBe(column => column.Description.Length > 0, view.Name);
            view.Columns.ShouldAllBe(column => column.Description.Length <= longestOfColumn, view.Name);
        }

        schema.Tables.ShouldAllBe(table => table.Description!.Length <= longest);
        schema.Tables.SelectMany(table => table.Columns)
            .ShouldAllBe(column => column.Description!.Length <= longestOfColumn);
    }

    [Fact]
    public void A_view_comes_after_everything_it_reads()
    {
        var schema = ExpectedSchema.Read();
        var known = schema.Tables.Select(table => table.Name).ToHashSet();

        foreach (var view in schema.Views)
        {
            var read = view.Query.Split("{dataset}.")
                .Skip(1)
                .Select(rest => new string([.. rest.TakeWhile(c => char.IsLetter(c) || c == '_')]));
            read.ShouldBeSubsetOf(known);
            known.Add(view.Name);
        }
    }

    [Fact]
    public void A_view_describes_itself_and_its_columns_and_those_that_it_passes_on_as_where_they_come_from() =>
        ViewDefinition.Parse(
            "v.sql",
            """
            -- What it's \ about, and
            -- more. The braces stand for nothing.
            -- Columns:
            -- n: How many: a number.
            CREATE OR REPLACE VIEW {dataset}.v AS
            SELECT t.b, u.c, COUNT(*) AS n
            FROM {dataset}.t AS t JOIN {dataset}.u AS u ON t.b = u.b;

            """,
            Known)
            .ToString()
            .ShouldBe("""
            CREATE OR REPLACE VIEW {dataset}.v (
              b OPTIONS (description = 'B.'),
              c OPTIONS (description = 'C.'),
              n OPTIONS (description = 'How many: a number.')
            )
            OPTIONS (description = 'What it\'s \\ about, and more.') AS
            SELECT t.b, u.c, COUNT(*) AS n
            FROM {dataset}.t AS t JOIN {dataset}.u AS u ON t.b = u.b;

            """);

    [Fact]
    public void A_view_that_shows_all_of_a_table_names_each_column_so_that_a_new_one_does_not_make_it_invalid() =>
        ViewDefinition.Parse(
            "v.sql",
            """
            -- About.
            -- Columns:
            -- c: Ours.
            CREATE OR REPLACE VIEW {dataset}.v AS
            SELECT t.* REPLACE (UPPER(t.a) AS a), 'x, y' AS c
            FROM {dataset}.t AS t;

            """,
            Known)
            .Query
            .ShouldBe("""
            SELECT
              a,
              b,
              c
            FROM (
            SELECT t.* REPLACE (UPPER(t.a) AS a), 'x, y' AS c
            FROM {dataset}.t AS t
            )
            """);

    [Theory]
    [InlineData("(a STRING)", "", "a STRING")]
    [InlineData("(a STRING NOT NULL)", "", "a STRING NOT NULL")]
    [InlineData("(a BIGNUMERIC( 38,18 ))", "", "a BIGNUMERIC(38, 18)")]
    [InlineData(
        "(a INT64 OPTIONS(description='it\\'s \\\\ here; (b)'))",
        "",
        "a INT64 OPTIONS (description = 'it\\'s \\\\ here; (b)')")]
    public void Spacing_means_nothing(string columns, string rest, string column) =>
        TableDefinition.Parse("t.sql", $"CREATE TABLE IF NOT EXISTS {{dataset}}.t {columns}{rest};")
            .Columns.ShouldHaveSingleItem()
            .ToString()
            .ShouldBe(column);

    [Theory]
    [InlineData("CREATE TABLE {dataset}.t (a STRING);", "t.sql(1,14): 'IF' was expected, but there is '{dataset}'.")]
    [InlineData("CREATE TABLE IF NOT EXISTS {dataset}.t (a TEXT);", "t.sql(1,43): a type")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (\n  a STRING,\n  a INT64);",
        "t.sql(3,3): a column that does not exist yet was expected")]
    [InlineData("CREATE TABLE IF NOT EXISTS {dataset}.t (\n  a STRING,\n);", "t.sql(3,1): a name was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING DEFAULT 'x');",
        "t.sql(1,50): ')' was expected, but there is 'DEFAULT'.")]
    [InlineData("CREATE TABLE IF NOT EXISTS {dataset}.t (a NUMERIC(38));", "t.sql(1,53): ',' was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING) PARTITION BY b;",
        "t.sql(1,64): a column of the table was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING) CLUSTER BY b;", "a column of the table was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING) PARTITION BY TIMESTAMP_TRUNC(a, DAY);",
        "a column of the table was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING) OPTIONS (labels = []);",
        "one of partition_expiration_days, require_partition_filter, description was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING) OPTIONS (require_partition_filter = 1);",
        "TRUE or FALSE was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING OPTIONS (description = \"x\"));",
        "a string in single quotes was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING OPTIONS (description = 'x\\q'));", "one of the escapes")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING OPTIONS (description = 'x));",
        "a string in single quotes was expected")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING)", "t.sql(1,50): ';' was expected, but the text ends.")]
    [InlineData(
        "CREATE TABLE IF NOT EXISTS {dataset}.t (a STRING); DROP TABLE t;",
        "t.sql(1,52): the end was expected, but there is 'DROP'.")]
    [InlineData("", "t.sql(1,1): 'CREATE' was expected, but the text ends.")]
    public void What_is_not_understood_is_refused_by_its_place(string sql, string message) =>
        Should.Throw<FormatException>(() => TableDefinition.Parse("t.sql", sql)).Message.ShouldContain(message);

    [Theory]
    [InlineData("CREATE VIEW {dataset}.v AS SELECT a FROM {dataset}.t;", "'CREATE OR REPLACE VIEW")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.t", "'CREATE OR REPLACE VIEW")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS ;", "'CREATE OR REPLACE VIEW")]
    [InlineData(
        "CREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.t; DROP TABLE {dataset}.t;",
        "'CREATE OR REPLACE VIEW")]
    [InlineData("-- V.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT a + 1 FROM {dataset}.t;", "'a + 1' has no name")]
    [InlineData("-- V.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT 1 AS x;", "nothing says what x is: add '-- x: …'")]
    [InlineData(
        "-- V.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.w;",
        "w is neither a table nor a view")]
    [InlineData(
        "-- V.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT * FROM (SELECT 1);",
        "'*' stands for the columns of a")]
    [InlineData(
        "-- V.\n-- Columns:\n-- x: X.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.t;",
        "'-- x: …' describes a column that the view does not have")]
    [InlineData(
        "-- V.\n-- Columns:\n-- x.\nCREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.t;",
        "'-- x.' below '-- Columns:' is not '-- column: …'")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS SELECT a FROM {dataset}.t;", "nothing says what the view shows")]
    public void What_is_not_one_described_view_is_refused_by_its_file(string sql, string message) =>
        Should.Throw<FormatException>(() => ViewDefinition.Parse("v.sql", sql, Known)).Message
            .ShouldStartWith($"v.sql: {message}");
}
