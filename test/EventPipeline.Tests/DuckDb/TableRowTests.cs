using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EventPipeline.Load;

namespace EventPipeline.Tests.DuckDb;

/// <summary>What the file takes is what BigQuery takes.</summary>
public sealed class TableRowTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    internal const string Cost = """{"load_id":"LOAD","row_key":"k","vendor":"v","account_id":"a","report":"r","grain":"g","usage_date":"2026-11-22","bucket_start":"2026-11-22T00:00:00Z","bucket_width":"1d","amount_usd":"1.5","currency":"USD","basis":"billed"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData("amount_usd", "\"0.123456789012345678\"", "0.123456789012345678")]
    [InlineData("amount_usd", "\"-7.9\"", "-7.9")]
    [InlineData("amount_usd", "12.25", "12.25")]
    [InlineData("amount_usd", "\"99999999999999999999.99999999\"", "99999999999999999999.99999999")]
    [InlineData("amount_usd", "\"-99999999999999999999.99999999\"", "-99999999999999999999.99999999")]
    [InlineData("amount_usd", "\"0.000000000000000001\"", "0.000000000000000001")]
    [InlineData("amount_usd", "\"-0.000000000000000001\"", "-0.000000000000000001")]
    [InlineData("amount_usd", "\"1.500000000000000000000000000\"", "1.5")]
    [InlineData("amount_usd", "\"1.50000000000000000000000000000000000\"", "1.5")]
    [InlineData("usage_date", "\"0001-01-01\"", "0001-01-01")]
    [InlineData("usage_date", "\"9999-12-31\"", "9999-12-31")]
    [InlineData("bucket_start", "\"2026-11-22T01:02:03.123456Z\"", "2026-11-22 01:02:03.123456")]
    [InlineData("bucket_start", "\"2026-11-22T01:02:03.1234560Z\"", "2026-11-22 01:02:03.123456")]
    [InlineData("bucket_start", "\"2026-11-22T01:02:03+02:00\"", "2026-11-21 23:02:03")]
    [InlineData("model", "\"größer 日本 😀 '\\\"\\\\ \\n \"", "größer 日本 😀 '\"\\ \n ")]
    [InlineData("model", "\"\"", "")]
    [InlineData("model", "\"a\\u0000b\"", "a\0b")]
    [InlineData("MODEL", "\"m\"", "m")]
    [InlineData("m\\u006fdel", "\"m\"", "m")]
    [InlineData("model", "null", null)]
    [InlineData("dimensions", "{\"a\":{\"b\":[1,null,\"x\"]},\"c\":1.10}", "{\"a\":{\"b\":[1,null,\"x\"]},\"c\":1.10}")]
    public async Task A_value_lands_as_it_is(string column, string value, string? expected)
    {
        await LoadAsync(With(column, value));

        var name = Regex.Unescape(column);
        (await file.AskAsync($"SELECT CAST({name} AS VARCHAR) FROM cost_versions"))[0][0]
            .ShouldBe(column == "amount_usd" ? Padded(expected!) : expected);
    }

    [Theory]
    [InlineData("amount_usd", "\"1.1234567890123456789\"")]
    [InlineData("amount_usd", "\"0.00000000000000000000000000000000001\"")]
    [InlineData("amount_usd", "\"100000000000000000000\"")]
    [InlineData("amount_usd", "\"79228162514264337593543950336\"")]
    [InlineData("amount_usd", "\"many\"")]
    [InlineData("amount_usd", "\"1,5\"")]
    [InlineData("amount_usd", "\"NaN\"")]
    [InlineData("amount_usd", "\"\"")]
    [InlineData("amount_usd", "true")]
    [InlineData("amount_usd", "null")]
    [InlineData("quantity", "\"1.1234567890123456789\"")]
    [InlineData("usage_date", "\"22.11.2026\"")]
    [InlineData("usage_date", "\"2026-11-22T00:00:00Z\"")]
    [InlineData("usage_date", "\"2026-11-31\"")]
    [InlineData("usage_date", "20261122")]
    [InlineData("usage_date", "\"\"")]
    [InlineData("bucket_start", "\"2026-11-22T00:00:00.1234567Z\"")]
    [InlineData("bucket_start", "\"yesterday\"")]
    [InlineData("bucket_start", "1764000000")]
    [InlineData("vendor", "null")]
    [InlineData("model", "5")]
    [InlineData("model", "{\"x\":1}")]
    [InlineData("unheard_of", "1")]
    public async Task A_value_that_is_not_the_columns_is_refused_by_name_and_nothing_of_the_load_is_there(
        string column, string value)
    {
        var refused = await Should.ThrowAsync<RejectedEventException>(() => LoadAsync(Cost, With(column, value)));

        refused.Cause.ShouldBe(RejectionCause.WarehouseRefused);
        refused.Message.ShouldContain($"'{column}'");
        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(0L);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"load_id\":\"x\"}")]
    [InlineData("{\"load_id\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"load_id\":\"x\",\"load_id\":\"y\"}")]
    public async Task A_row_that_is_none_is_refused(string row)
    {
        (await Should.ThrowAsync<RejectedEventException>(() => LoadAsync(row))).Cause
            .ShouldBe(RejectionCause.WarehouseRefused);

        await LoadAsync(Cost);
    }

    [Fact]
    public async Task Rows_in_any_order_of_columns_land_beside_each_other()
    {
        var backwards = new JsonObject(
            JsonNode.Parse(Cost)!.AsObject().Reverse()
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

        await LoadAsync(
            Cost, With("usage_date", "\"2026-11-23\""), backwards.ToJsonString(), With("model", "\"m\""), Cost);

        (await file.AskAsync("SELECT usage_date, model, currency FROM cost_versions ORDER BY usage_date, model"))
            .ShouldBe(
            [
                [new DateOnly(2026, 11, 22), "m", "USD"],
                [new DateOnly(2026, 11, 22), null, "USD"],
                [new DateOnly(2026, 11, 22), null, "USD"],
                [new DateOnly(2026, 11, 22), null, "USD"],
                [new DateOnly(2026, 11, 23), null, "USD"],
            ]);
    }

    [Theory]
    [InlineData("{\"unheard_of\":1", "not JSON")]
    [InlineData("{\"unheard_of\":1,\"load_id\":1,\"load_id\":1}", "no column 'unheard_of'")]
    [InlineData("{\"load_id\":null,\"load_id\":1,\"unheard_of\":1}", "'load_id' occurs twice")]
    [InlineData("{\"load_id\":1,\"vendor\":null}", "'load_id' takes a string, not 1")]
    [InlineData("[1", "not JSON")]
    [InlineData("{} {}", "not JSON")]
    public async Task What_is_wrong_first_is_told(string row, string expected) =>
        (await Should.ThrowAsync<RejectedEventException>(() => LoadAsync(row))).Message.ShouldContain(expected);

    [Fact]
    public async Task A_row_that_is_not_UTF_8_is_refused()
    {
        await using var upload = await file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "cost_versions", "load-1", Token);
        var row = Encoding.UTF8.GetBytes(With("model", "\"?\""));
        row[Array.LastIndexOf(row, (byte)'?')] = 0xFF;
        await upload.WriteAsync(row, Token);

        (await Should.ThrowAsync<RejectedEventException>(() => upload.LoadAsync(Token))).Message
            .ShouldContain("not Unicode");
    }

    [Fact]
    public async Task Thousands_of_rows_before_a_bad_one_are_taken_back()
    {
        await Should.ThrowAsync<RejectedEventException>(
            () => LoadAsync([.. Enumerable.Repeat(Cost, 5_000), With("vendor", "null")]));

        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(0L);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("../../x")]
    [InlineData("größe")]
    [InlineData("a\n")]
    public async Task An_id_that_no_job_of_BigQuery_can_have_is_refused(string id)
    {
        await Should.ThrowAsync<RejectedEventException>(
            () => file.Warehouse.StartUploadAsync(WarehouseFixture.Dataset, "cost_versions", id, Token));
        await Should.ThrowAsync<RejectedEventException>(
            () => file.Warehouse.ExecuteAsync(WarehouseFixture.Dataset, id, Statement.Create("ping"), Token));
    }

    [Fact]
    public async Task An_id_longer_than_a_jobs_is_refused()
    {
        await Should.ThrowAsync<RejectedEventException>(
            () =>
                file.Warehouse.ExecuteAsync(
                    WarehouseFixture.Dataset, new string('a', 1_100), Statement.Create("ping"), Token));
    }

    [Fact]
    public async Task A_load_id_loads_a_table_once()
    {
        await LoadAsync(Cost);

        await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(Cost));

        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_refused()
    {
        await using var upload = await file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "nothing", "load", Token);
        await upload.WriteAsync("{}"u8.ToArray(), Token);

        await Should.ThrowAsync<RejectedEventException>(() => upload.LoadAsync(Token));
    }

    private static string Padded(string number)
    {
        var decimals = number.Contains('.', StringComparison.Ordinal)
            ? number.Length - number.IndexOf('.', StringComparison.Ordinal) - 1
            : 0;
        return (decimals == 0 ? $"{number}." : number) + new string('0', 18 - decimals);
    }

    private static string With(string column, string value)
    {
        var row = JsonNode.Parse(Cost)!.AsObject();
        row.Remove(column);
        return row.ToJsonString()[..^1] + $",\"{column}\":{value}}}";
    }

    private async Task LoadAsync(params string[] rows)
    {
        await using var upload = await file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "cost_versions", "load-1", Token);
        foreach (var row in rows)
        {
            await upload.WriteAsync(Encoding.UTF8.GetBytes(row), Token);
        }

        await upload.LoadAsync(Token);
    }
}
