using EventPipeline.Google.Schema;
using EventPipeline.Load;

namespace EventPipeline.Tests.Google.Schema;

public sealed class DefinitionTests
{
    public static TheoryData<string, string> Tables => [.. SchemaTexts.Tables];

    public static TheoryData<string, string> Views => [.. SchemaTexts.Views];

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

    [Theory, MemberData(nameof(Views))]
    public void A_view_is_written_as_it_was_read_without_its_comments(string file, string sql)
    {
        var view = ViewDefinition.Parse(file, sql);

        sql.ShouldEndWith(view.ToString());
        Path.GetFileNameWithoutExtension(file).ShouldEndWith(view.Name);
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
    public void A_view_that_shows_all_of_a_table_is_known_as_such() => ExpectedSchema.Read().Views
        .Where(view => view.ShowsAllOf is not null)
        .ToDictionary(view => view.Name, view => view.ShowsAllOf)
        .ShouldBe(new Dictionary<string, string?>
        {
            ["slice_history"] = "slice_versions",
            ["current_slices"] = "slice_history",
            ["shown_slices"] = "slice_history",
            ["activity"] = "activity_versions",
            ["cost_all"] = "cost_versions",
            ["seat"] = "seat_versions",
            ["usage"] = "usage_versions",
            ["usage_event"] = "usage_event_versions",
            ["cost"] = "cost_all",
            ["cost_estimated"] = "cost_all",
            ["dead_letters"] = "dead_letter",
        });

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
    [InlineData("CREATE VIEW {dataset}.v AS SELECT 1;")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS SELECT 1")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS ;")]
    [InlineData("CREATE OR REPLACE VIEW {dataset}.v AS SELECT 1; DROP TABLE {dataset}.t;")]
    public void What_is_not_one_view_is_refused_by_its_file(string sql) =>
        Should.Throw<FormatException>(() => ViewDefinition.Parse("v.sql", sql)).Message.ShouldStartWith("v.sql: ");
}
