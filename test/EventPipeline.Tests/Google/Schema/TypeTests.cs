using System.Text.Json;
using EventPipeline.Google.BigQuery;
using EventPipeline.Google.Schema;

namespace EventPipeline.Tests.Google.Schema;

public sealed class TypeTests
{
    [Theory]
    [InlineData("""{"name":"c","type":"INTEGER"}""", "c INT64")]
    [InlineData("""{"name":"c","type":"INT64","mode":"NULLABLE"}""", "c INT64")]
    [InlineData("""{"name":"c","type":"BOOLEAN","mode":"REQUIRED"}""", "c BOOL NOT NULL")]
    [InlineData("""{"name":"c","type":"FLOAT"}""", "c FLOAT64")]
    [InlineData("""{"name":"c","type":"BIGNUMERIC","precision":"38","scale":"18"}""", "c BIGNUMERIC(38, 18)")]
    [InlineData("""{"name":"c","type":"NUMERIC","precision":"10"}""", "c NUMERIC(10, 0)")]
    [InlineData("""{"name":"c","type":"STRING","maxLength":"10","description":"it's"}""", "c STRING(10) OPTIONS (description = 'it\\'s')")]
    [InlineData("""{"name":"c","type":"STRING","mode":"REPEATED"}""", "c ARRAY<STRING>")]
    [InlineData("""{"name":"c","type":"RECORD","fields":[]}""", "c STRUCT")]
    public void A_column_of_the_API_reads_as_GoogleSQL(string field, string column) =>
        Read($$"""{"schema":{"fields":[ {{field}} ]} }""").Definition.Columns.ShouldHaveSingleItem().ToString().ShouldBe(column);

    [Theory]
    [InlineData("""{"type":"DAY","field":"d"}""", "d", null)]
    [InlineData("""{"type":"DAY","field":"t","expirationMs":"34560000000"}""", "DATE(t)", 400)]
    [InlineData("""{"type":"DAY"}""", "DATE(_PARTITIONTIME)", null)]
    [InlineData("""{"type":"MONTH","field":"d"}""", "DATE_TRUNC(d, MONTH)", null)]
    [InlineData("""{"type":"HOUR","field":"t"}""", "TIMESTAMP_TRUNC(t, HOUR)", null)]
    public void Partitioning_of_the_API_reads_as_GoogleSQL(string partitioning, string partitionBy, int? days)
    {
        var table = Read($$"""
            {"schema":{"fields":[{"name":"d","type":"DATE"},{"name":"t","type":"TIMESTAMP"}]},"timePartitioning": {{partitioning}} }
            """).Definition;

        table.PartitionBy.ShouldBe(partitionBy);
        table.PartitionExpirationDays.ShouldBe(days);
    }

    [Theory]
    [InlineData("INT64", "NUMERIC", true)]
    [InlineData("INT64", "BIGNUMERIC(38, 18)", true)]
    [InlineData("INT64", "BIGNUMERIC(20, 18)", false)]
    [InlineData("NUMERIC", "BIGNUMERIC", true)]
    [InlineData("NUMERIC", "BIGNUMERIC(38, 18)", false)] // 29 digits before the point do not fit into 20
    [InlineData("NUMERIC(20, 9)", "BIGNUMERIC(38, 18)", true)]
    [InlineData("BIGNUMERIC", "BIGNUMERIC(38, 18)", false)]
    [InlineData("BIGNUMERIC(38, 18)", "BIGNUMERIC", true)]
    [InlineData("BIGNUMERIC(38, 9)", "BIGNUMERIC(38, 18)", false)]
    [InlineData("BIGNUMERIC(10, 2)", "NUMERIC", false)]
    [InlineData("STRING(10)", "STRING", true)]
    [InlineData("STRING", "INT64", false)]
    [InlineData("STRING", "JSON", false)]
    [InlineData("INT64", "STRING", false)]
    [InlineData("DATE", "TIMESTAMP", false)]
    public void A_type_is_widened_only_where_every_value_fits(string from, string to, bool isWidening) =>
        ColumnTypes.IsWidening(from, to).ShouldBe(isWidening);

    private static LiveTable Read(string resource)
    {
        var table = JsonSerializer.Deserialize(resource, BigQueryJson.Default.Table)!;
        return LiveTable.Read(table with { TableReference = new TableReference("p", "d", "t"), Type = "TABLE" });
    }
}
