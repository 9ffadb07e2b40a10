using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// Three years of 40 slices a day and 100,000 rows a slice, as the stand-in's bills assume them: two organisations of
/// OpenAI, with twelve reports each, two of Anthropic and two teams of Cursor, with four each. A row is as large as
/// those in <c>rows</c> are on average; the simulated vendors told them. It can be arranged anew with other slices.
/// </summary>
public sealed class LargeDataset : IAsyncLifetime
{
    public const string Name = WarehouseServer.Dataset;
    public const long RowsPerSlice = 100_000;

    // A daily slice is read until it is settled: eight times after seven days, four times after three.
    private const long SliceVersionsPerDay = 2 * ((13 * 8) + (3 * 4) + 4);

    private static readonly Dictionary<string, long> SlicesPerDay = new()
    {
        ["usage_versions"] = 2 * (10 + 1),
        ["cost_versions"] = 2 * (1 + 1),
        ["activity_versions"] = 2 * (1 + 1),
        ["usage_event_versions"] = 2,
        ["seat_versions"] = 2,
        ["entity_versions"] = 2 * (1 + 1 + 1),
    };

    private readonly StandInWarehouse server = new();

    public static DateOnly FirstDay { get; } = new(2023, 12, 1);

    public static DateOnly LastDay { get; } = new(2026, 11, 30);

    public static DateOnly FirstOfLastMonth { get; } = new(2026, 11, 1);

    /// <summary>What it takes to read everything: every column of every row that the views stand on.</summary>
    internal long Whole { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await server.InitializeAsync();
        foreach (var table in SlicesPerDay.Keys.Append("slice_versions"))
        {
            await LoadAsync(table);
        }

        await ArrangeAsync(RowsPerSlice);
        foreach (var table in SlicesPerDay.Keys.Append("slice_versions"))
        {
            Whole += (await AskAsync($"SELECT * FROM {Name}.{table} WHERE usage_date > DATE '0001-01-01'")).Bytes;
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>From now on bills assume so many rows in each slice; there are as many slices as before.</summary>
    internal async Task ArrangeAsync(long rowsPerSlice)
    {
        foreach (var (table, slices) in SlicesPerDay)
        {
            await ArrangeAsync(table, slices * rowsPerSlice);
        }

        await ArrangeAsync("slice_versions", SliceVersionsPerDay);
    }

    /// <summary>What a query reads, and what is billed for it.</summary>
    internal async Task<QueryCost> AskAsync(string sql)
    {
        var answer = await SendAsync(sql);
        Message(answer).ShouldBe("", sql);
        var job = (string)answer["jobReference"]!["jobId"]!;
        using var response = await server.Google.SendAsync(
            HttpMethod.Get, $"bigquery/v2/projects/{WarehouseServer.Project}/jobs/{job}?location=US");
        var query = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!
            ["statistics"]!["query"]!;
        return new QueryCost(Number(query["totalBytesProcessed"]), Number(query["totalBytesBilled"]));
    }

    /// <summary>What BigQuery says of a query that it refuses; empty where it takes it.</summary>
    internal async Task<string> RefusalAsync(string sql) => Message(await SendAsync(sql));

    private static string Message(JsonObject answer) => (string?)answer["error"]?["message"] ?? "";

    private static long Number(JsonNode? text) => long.Parse((string)text!, CultureInfo.InvariantCulture);

    private async Task<JsonObject> SendAsync(string sql)
    {
        using var response = await server.Google.SendAsync(
            HttpMethod.Post,
            $"bigquery/v2/projects/{WarehouseServer.Project}/queries",
            new { query = sql, useLegacySql = false, location = "US", timeoutMs = 60_000 });
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    private async Task ArrangeAsync(string table, long rowsPerDay)
    {
        using var arranged = await server.Google.Http.PutAsJsonAsync(
            new Uri(server.Google.Address, "stand-in/sizes"),
            new { dataset = Name, table, firstDay = FirstDay, lastDay = LastDay, rowsPerDay },
            TestContext.Current.CancellationToken);
        var said = await arranged.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        arranged.StatusCode.ShouldBe(HttpStatusCode.OK, said);
    }

    private async Task LoadAsync(string table)
    {
        await using var upload = await server.Warehouse.StartUploadAsync(
            Name, table, $"rows-{table}", TestContext.Current.CancellationToken);
        var file = Path.Combine(AppContext.BaseDirectory, "Warehouse", "rows", $"{table}.ndjson");
        await foreach (var line in File.ReadLinesAsync(file, TestContext.Current.CancellationToken))
        {
            await upload.WriteAsync(Encoding.UTF8.GetBytes(line), TestContext.Current.CancellationToken);
        }

        await upload.LoadAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>What a query reads, and what is billed for it, in bytes.</summary>
internal sealed record QueryCost(long Bytes, long Billed);
