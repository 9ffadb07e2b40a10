using CsCheck;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Vendors;
using EventPipeline.Vendors.Json;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>Rows that differ in what the documentation does not know, from the vendor's answer to the tables.</summary>
public sealed class UnknownFieldTests : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private const string Day = "2026-11-01";
    private readonly StubVendor _vendor = new();
    private readonly FakeTimeProvider _clock = new(VendorBench.Now);

    private readonly WarehouseFixture _file;
    private VendorBench _bench;

    public UnknownFieldTests(WarehouseFixture file) => (_file, _bench) = (file, new VendorBench(_vendor));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every bucketed report, with a row of its own.</summary>
    public static TheoryData<string, string, string, string, string> Reports { get; } = new()
    {
        {
            "anthropic", "messages_usage", "/v1/organizations/usage_report/messages",
            """
            "uncached_input_tokens": 5, "cache_creation": { "ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0 },
            "cache_read_input_tokens": 0, "output_tokens": 0, "server_tool_use": { "web_search_requests": 5 }, "model": "m"
            """,
            "\"output_tokens\": 0"
        },
        {
            "anthropic",
            "cost",
            "/v1/organizations/cost_report",
            "\"amount\": \"5\", \"currency\": \"USD\", \"description\": \"d\"",
            "\"amount\": \"5\""
        },
        {
            "openai",
            "cost",
            "/v1/organization/costs",
            "\"amount\": { \"value\": 5, \"currency\": \"usd\" }, \"line_item\": \"l\"",
            "\"value\": 5"
        },
        {
            "openai",
            "completions_usage",
            "/v1/organization/usage/completions",
            "\"input_tokens\": 5, \"output_tokens\": 0, \"num_model_requests\": 1",
            "\"input_tokens\": 5"
        },
        {
            "openai",
            "embeddings_usage",
            "/v1/organization/usage/embeddings",
            "\"input_tokens\": 5, \"num_model_requests\": 1",
            "\"input_tokens\": 5"
        },
        {
            "openai",
            "moderations_usage",
            "/v1/organization/usage/moderations",
            "\"input_tokens\": 5, \"num_model_requests\": 1",
            "\"input_tokens\": 5"
        },
        {
            "openai",
            "images_usage",
            "/v1/organization/usage/images",
            "\"images\": 5, \"num_model_requests\": 1",
            "\"images\": 5"
        },
        {
            "openai",
            "audio_speeches_usage",
            "/v1/organization/usage/audio_speeches",
            "\"characters\": 5, \"num_model_requests\": 1",
            "\"characters\": 5"
        },
        {
            "openai",
            "audio_transcriptions_usage",
            "/v1/organization/usage/audio_transcriptions",
            "\"seconds\": 5, \"num_model_requests\": 1",
            "\"seconds\": 5"
        },
        {
            "openai",
            "vector_stores_usage",
            "/v1/organization/usage/vector_stores",
            "\"usage_bytes\": 5",
            "\"usage_bytes\": 5"
        },
        {
            "openai",
            "code_interpreter_sessions_usage",
            "/v1/organization/usage/code_interpreter_sessions",
            "\"num_sessions\": 5",
            "\"num_sessions\": 5"
        },
        {
            "openai",
            "web_search_calls_usage",
            "/v1/organization/usage/web_search_calls",
            "\"num_requests\": 5, \"num_model_requests\": 1",
            "\"num_requests\": 5"
        },
        {
            "openai",
            "file_search_calls_usage",
            "/v1/organization/usage/file_search_calls",
            "\"num_requests\": 5",
            "\"num_requests\": 5"
        },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_new_field_loses_no_row_and_stops_nothing(
        string vendor, string report, string path, string row, string metric)
    {
        string[] fields =
        [
            "\"tier\": \"a\"",
            "\"tier\": \"b\"",
            "\"tier\": null",
            "\"tier\": 1",
            "\"tier\": 2",
            "\"tier\": true",
            "\"tier\": { \"x\": [ \"a\" ] }",
            "\"tier\": { \"x\": [ \"b\" ] }",
            "\"tier\": { \"x\": 1 }",
            "\"tier\": []",
            "\"tier\": {}",
            "\"\": 0",
            "\"tier\": \"A\"",
            "\"tier\": \"\"",
        ];
        var rows = fields.Select(field => $"{{ {row}, {field} }}").Append($"{{ {row} }}").ToList();
        rows.Add(
            rows[0].Replace(metric, metric.Replace('5', '6').Replace('0', '6'), StringComparison.Ordinal).Replace(
                "\"a\"", "\"c\"", StringComparison.Ordinal));

        var read = await LoadAsync(vendor, report, path, Page(vendor, rows));

        (read.State, read.Rows).ShouldBe(("loaded", (long)rows.Count));
        _bench.Drift.Notes.ShouldContain("data[].results[].tier");
        var keys = await KeysAsync(vendor, report);
        keys.Count.ShouldBe(rows.Count);

        var shuffled = rows.ToArray();
        new Random(7).Shuffle(shuffled);
        (await LoadAsync(vendor, report, path, Page(vendor, shuffled))).State.ShouldBe("unchanged");
        (
            await LoadAsync(
                vendor,
                report,
                path,
                force: true,
                Page(vendor, shuffled[..7], more: true),
                Page(vendor, shuffled[7..]))).State
            .ShouldBe("loaded");
        (await KeysAsync(vendor, report)).ShouldBe(keys);
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task Rows_that_nothing_tells_apart_contradict_each_other_and_identical_ones_are_one(
        string vendor, string report, string path, string row, string metric)
    {
        var other = row.Replace(metric, metric.Replace('5', '6').Replace('0', '6'), StringComparison.Ordinal);
        _vendor.On(path, Page(vendor, [$"{{ {row}, \"tier\": \"a\" }}", $"{{ {other}, \"tier\": \"a\" }}"]));
        (await Should.ThrowAsync<RejectedEventException>(() => ReadAsync(vendor, report))).Message
            .ShouldContain("same natural key");

        var reordered = $"\"tier\": \"\\u0061\",\n {row}".Replace("5,", "5.0 ,", StringComparison.Ordinal);
        var read = await LoadAsync(
            vendor, report, path, Page(vendor, [$"{{ {row}, \"tier\": \"a\" }}", $"{{ {reordered} }}"]));
        read.Rows.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_number_that_changes_is_no_new_key_and_no_restatement()
    {
        var (vendor, report, path, row) = Usage();
        await LoadAsync(vendor, report, path, Page(vendor, [$"{{ {row} }}", $"{{ {row.Replace("\"m\"", "\"n\"")} }}"]));
        var keys = await KeysAsync(vendor, report);

        var withNumber = await LoadAsync(
            vendor,
            report,
            path,
            Page(
                vendor,
                [$"{{ {row}, \"new_tokens\": 5 }}", $"{{ {row.Replace("\"m\"", "\"n\"")}, \"new_tokens\": null }}"]));
        withNumber.State.ShouldBe("unchanged");

        await LoadAsync(
            vendor,
            report,
            path,
            Page(
                vendor,
                [
                    $"{{ {row.Replace("5,", "7,")}, \"new_tokens\": 6 }}",
                    $"{{ {row.Replace("\"m\"", "\"n\"")}, \"new_tokens\": 9 }}",
                ]));
        (await KeysAsync(vendor, report)).ShouldBe(keys);
        (await _file.AskAsync("SELECT COUNT(*) FROM restatements"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task A_constant_new_field_is_no_restatement_of_the_days_before()
    {
        var (vendor, report, path, row) = Usage();
        await LoadAsync(vendor, report, path, Page(vendor, [$"{{ {row} }}"]));

        (await LoadAsync(vendor, report, path, Page(vendor, [$"{{ {row}, \"source\": \"api\" }}"]))).State
            .ShouldBe("unchanged");
        (
            await LoadAsync(
                vendor, report, path, Page(vendor, [$"{{ {row.Replace("5,", "8,")}, \"source\": \"api\" }}"]))).State
            .ShouldBe("loaded");
        (await _file.AskAsync("SELECT COUNT(*) FROM restatements"))[0][0].ShouldBe(1L);
    }

    [Theory]
    [InlineData("\"cache_creation\": {", "\"cache_creation\": { \"storage\": \"disk\",")]
    [InlineData("\"server_tool_use\": {", "\"server_tool_use\": { \"fetches\": 3,")]
    [InlineData("\"cache_creation\": {", "\"cache_creation\": { \"by\": { \"deep\": [ 1, \"x\" ] },")]
    public async Task A_new_field_within_a_known_object_tells_rows_apart(string known, string unknown)
    {
        var (vendor, report, path, row) = Usage();

        (
            await LoadAsync(
                vendor, report, path, Page(vendor, [$"{{ {row} }}", $"{{ {row.Replace(known, unknown)} }}"]))).Rows
            .ShouldBe(2);
    }

    [Theory]
    [InlineData("\"user_id\": \"u1\"", "\"user_id\": \"u2\"")]
    [InlineData("\"api_source\": \"agents_api\"", "\"api_source\": null")]
    [InlineData("\"quantity\": 1, \"quantity_unit\": \"tokens\"", "\"quantity\": 1, \"quantity_unit\": \"images\"")]
    [InlineData("\"object\": \"organization.costs.result\"", "\"object\": \"organization.credits.result\"")]
    public async Task A_documented_field_that_was_not_asked_for_tells_rows_apart(string one, string other)
    {
        const string row = "\"amount\": { \"value\": 5, \"currency\": \"usd\" }, \"line_item\": \"l\"";

        (
            await LoadAsync(
                "openai",
                "cost",
                "/v1/organization/costs",
                Page("openai", [$"{{ {row}, {one} }}", $"{{ {row}, {other} }}"]))).Rows
            .ShouldBe(2);
    }

    [Fact]
    public async Task A_field_that_is_null_because_it_was_not_asked_for_says_nothing()
    {
        const string row = "\"amount\": { \"value\": 5, \"currency\": \"usd\" }, \"line_item\": \"l\"";

        (
            await LoadAsync(
                "openai",
                "cost",
                "/v1/organization/costs",
                Page("openai", [$"{{ {row}, \"user_id\": null }}", $"{{ {row} }}"]))).Rows
            .ShouldBe(1);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Buckets_of_one_day_that_something_new_tells_apart_are_both_kept(bool isLast)
    {
        var (vendor, report, path, row) = Usage();
        string[] days = ["eu", "us", "eu"];
        var buckets = days.Select(region => isLast
            ? $"{{ \"starting_at\": \"2026-11-01T00:00:00Z\", \"ending_at\": \"2026-11-02T00:00:00Z\", "
                + $"\"results\": [ {{ {row} }} ], \"region\": \"{region}\" }}"
            : $"{{ \"region\": \"{region}\", \"starting_at\": \"2026-11-01T00:00:00Z\", "
                + $"\"ending_at\": \"2026-11-02T00:00:00Z\", "
                + $"\"results\": [ {{ {row} }} ] }}");

        var read = await LoadAsync(vendor, report, path, $$"""{ "data": [ {{string.Join(", ", buckets)}} ], "has_more": false }""");

        read.Rows.ShouldBe(2);
        _bench.Drift.Notes.ShouldContain("data[].region");
    }

    [Fact]
    public async Task A_day_that_comes_again_brings_rows_that_something_new_tells_apart_and_drops_the_others()
    {
        var (vendor, report, path, row) = Usage();
        var again = Bucket(vendor, [$"{{ {row}, \"x\": \"b\" }}", $"{{ {row}, \"x\": \"a\" }}"]);
        var page = $$"""
            { "data": [ {{Bucket(vendor, [$"{{ {row}, \"x\": \"a\" }}"])}}, {{Bucket(vendor, []).Replace("11-02", "11-03").Replace("11-01", "11-02")}}, {{again}} ],
              "has_more": false }
            """;
        _vendor.On(path, page);

        await using var load = Begin(vendor, report, force: false, "2026-11-02");
        await load.BeginAsync(Token);
        foreach (var item in await _bench.ReadAsync(vendor, report, Day, "2026-11-02"))
        {
            await load.AcceptAsync(item, Token);
        }

        (await load.CompleteAsync(Token)).Rows.ShouldBe(2);
        load.Repeats.ShouldBe(1);
    }

    [Fact]
    public void Spelling_does_not_matter_and_values_do() => Gen
        .Select(
            Gen.Decimal[-1_000_000, 1_000_000], Gen.Int[0, 30], Gen.Int[-30, 30], Gen.Decimal[-1_000_000, 1_000_000])
        .Sample((value, zeros, shift, other) =>
        {
            var text = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var padded = text.Contains('.', StringComparison.Ordinal)
                ? text + new string('0', zeros)
                : $"{text}.{new string('0', zeros + 1)}";
            var otherText = other.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Canonical.Number(padded).ShouldBe(Canonical.Number(text));
            Canonical.Number($"{text}e{shift}").ShouldBe(Canonical.Number($"{padded}E{shift:+0;-0;+0}"));
            (Canonical.Number(text) == Canonical.Number(otherText)).ShouldBe(value == other);
        });

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        _vendor.Dispose();
        await _file.EmptyAsync();
    }

    private static (string Vendor, string Report, string Path, string Row) Usage()
    {
        var (vendor, report, path, row, _) = Reports.First().Data;
        return (vendor, report, path, row);
    }

    private static string Bucket(string vendor, IEnumerable<string> rows) => vendor == "anthropic"
        ? $$"""{ "starting_at": "2026-11-01T00:00:00Z", "ending_at": "2026-11-02T00:00:00Z", "results": [ {{string.Join(", ", rows)}} ] }"""
        : $$"""{ "object": "bucket", "start_time": 1793491200, "end_time": 1793577600, "results": [ {{string.Join(", ", rows)}} ] }""";

    private static string Page(string vendor, IEnumerable<string> rows, bool more = false) =>
        $$"""{ "data": [ {{Bucket(vendor, rows)}} ], "has_more": {{(more ? "true" : "false")}}, "next_page": {{(more ? "\"p2\"" : "null")}} }""";

    private LoadAttempt Begin(string vendor, string report, bool force, string to = Day)
    {
        var window = new Window(vendor, "acme", report, DateOnly.Parse(Day, null), DateOnly.Parse(to, null));
        var asked = _bench.Connector(vendor).Vendor.Reports.Single(other => other.Name == report);
        return LoadAttempts.Create(
            _file.Warehouse,
            new LoadRequest($"run-{Guid.NewGuid():N}", RunMode.Production, window, "org-1", asked, force, null),
            _clock);
    }

    private Task<LoadOutcome> LoadAsync(string vendor, string report, string path, params string[] pages) =>
        LoadAsync(vendor, report, path, force: false, pages);

    private async Task<LoadOutcome> LoadAsync(
        string vendor, string report, string path, bool force, params string[] pages)
    {
        foreach (var page in pages)
        {
            _vendor.On(path, page);
        }

        return await ReadAsync(vendor, report, force);
    }

    private async Task<LoadOutcome> ReadAsync(string vendor, string report, bool force = false)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        _bench.Dispose();
        _bench = new VendorBench(_vendor);
        await using var load = Begin(vendor, report, force);
        await load.BeginAsync(Token);
        foreach (var item in await _bench.ReadAsync(vendor, report, Day, Day))
        {
            await load.AcceptAsync(item, Token);
        }

        return await load.CompleteAsync(Token);
    }

    private async Task<List<object?>> KeysAsync(string vendor, string report)
    {
        var table = report == "cost" ? "cost" : "usage";
        var rows = await _file.AskAsync(
            $"SELECT DISTINCT row_key FROM {table} WHERE vendor = '{vendor}' AND report = '{report}' ORDER BY row_key");
        return [.. rows.Select(row => row[0])];
    }
}
