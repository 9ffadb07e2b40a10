using System.Text.Json;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class OpenAIReportTests
{
    private static readonly string Week = $"start_time={Unix("2026-11-09")}&end_time={Unix("2026-11-16")}";

    public static TheoryData<string, string, string, string> Endpoints => new()
    {
        {
            "completions",
            "completions",
            "project_id user_id api_key_id model batch service_tier",
            "input_tokens output_tokens num_model_requests"
        },
        { "embeddings", "embeddings", "project_id user_id api_key_id model", "input_tokens num_model_requests" },
        { "moderations", "moderations", "project_id user_id api_key_id model", "input_tokens num_model_requests" },
        { "images", "images", "project_id user_id api_key_id model size source", "images num_model_requests" },
        { "audio_speeches", "audio_speeches", "project_id user_id api_key_id model", "characters num_model_requests" },
        {
            "audio_transcriptions",
            "audio_transcriptions",
            "project_id user_id api_key_id model",
            "seconds num_model_requests"
        },
        { "vector_stores", "vector_stores", "project_id", "usage_bytes" },
        { "code_interpreter_sessions", "code_interpreter_sessions", "project_id", "num_sessions" },
        {
            "web_search_calls",
            "web_searches",
            "project_id user_id api_key_id model context_level",
            "num_requests num_model_requests"
        },
        { "file_search_calls", "file_searches", "project_id user_id api_key_id vector_store_id", "num_requests" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Each_endpoint_has_its_own_object_dimensions_and_quantities_and_its_groups_add_up(
        string name, string resultName, string dimensions, string quantities)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        var month = $"start_time={Unix("2026-10-01")}&end_time={Unix("2026-11-01")}";
        var groupBy = string.Concat(dimensions.Split(' ').Select(dimension => $"&group_by={dimension}"));

        var buckets = await PagesAsync(client, $"usage/{name}?{month}&limit=5{groupBy}");
        var rows = Rows(buckets).Select(row => row.AsObject()).ToList();
        var ungrouped = Rows(await PagesAsync(client, $"usage/{name}?{month}&limit=31"))
            .Select(row => row.AsObject())
            .ToList();

        buckets.Count.ShouldBe(31);
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => (string)row["object"]! == $"organization.usage.{resultName}.result");
        rows.Select(row => string.Join('/', dimensions.Split(' ').Select(d => row[d]?.ToString() ?? "null")))
            .Distinct()
            .Count()
            .ShouldBeGreaterThan(resultName == "file_searches" ? 0 : 1);
        ungrouped.ShouldAllBe(row => dimensions.Split(' ').All(d => row.ContainsKey(d) && row[d] == null));
        foreach (var quantity in quantities.Split(' '))
        {
            rows.Sum(row => (long)row[quantity]!).ShouldBe(ungrouped.Sum(row => (long)row[quantity]!));
        }
    }

    [Fact]
    public async Task Parts_of_the_input_add_up_to_the_input_and_repeat_it()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var rows = Rows(
            await PagesAsync(client, $"usage/completions?{Week}&group_by=model&group_by=batch&group_by=user_id"))
            .ToList();

        foreach (var row in rows)
        {
            long Sum(params string[] names) => names.Sum(name => (long)row[name]!);

            Sum("input_uncached_tokens", "input_cached_tokens", "input_cache_write_tokens")
                .ShouldBe(Sum("input_tokens"));
            Sum("input_text_tokens", "input_audio_tokens", "input_image_tokens").ShouldBe(Sum("input_uncached_tokens"));
            Sum("input_cached_text_tokens", "input_cached_audio_tokens", "input_cached_image_tokens")
                .ShouldBe(Sum("input_cached_tokens"));
            Sum("output_text_tokens", "output_audio_tokens", "output_image_tokens").ShouldBe(Sum("output_tokens"));
        }

        rows.ShouldContain(row => row["user_id"] == null);
        rows.Select(row => row["batch"]!.GetValueKind())
            .Distinct()
            .ShouldBe([JsonValueKind.True, JsonValueKind.False], ignoreOrder: true);
    }

    [Fact]
    public async Task Repeated_and_bracketed_parameters_mean_the_same()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var plain = await PagesAsync(
            client, $"usage/completions?{Week}&group_by=model&group_by=batch&models=gpt-5-mini&batch=true");
        var bracketed = await PagesAsync(
            client, $"usage/completions?{Week}&group_by[]=model&group_by[]=batch&models[]=gpt-5-mini&batch=true");

        plain.Select(b => b.ToJsonString()).ShouldBe(bracketed.Select(b => b.ToJsonString()));
        Rows(plain).ShouldNotBeEmpty();
        Rows(plain).ShouldAllBe(row => (string)row["model"]! == "gpt-5-mini" && (bool)row["batch"]!);
    }

    [Fact]
    public async Task A_rare_endpoint_has_empty_days_which_are_still_buckets()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var buckets = await PagesAsync(client, $"usage/file_search_calls?{Week}");

        buckets.Select(bucket => (long)bucket["start_time"]!)
            .ShouldBe(Enumerable.Range(9, 7).Select(day => Unix($"2026-11-{day:D2}")));
        buckets.ShouldContain(bucket => bucket["results"]!.AsArray().Count == 0);
    }

    [Fact]
    public async Task Costs_are_dollars_as_numbers_and_strings_with_credits_and_quantities_by_line_item()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        var question = $"costs?start_time={Unix("2026-08-01")}&limit=180";

        var rows = Rows(await PagesAsync(client, $"{question}&group_by=project_id&group_by=line_item")).ToList();
        var perKey = Rows(
            await PagesAsync(client, $"{question}&group_by=project_id&group_by=line_item&group_by=api_key_id"))
            .ToList();
        var ungrouped = Rows(await PagesAsync(client, question)).ToList();

        rows.Select(row => row["amount"]!["value"]!.GetValueKind())
            .Distinct()
            .ShouldBe([JsonValueKind.Number, JsonValueKind.String], ignoreOrder: true);
        rows.ShouldAllBe(row => (string)row["amount"]!["currency"]! == "usd");
        rows.ShouldContain(
            row => Exact(row["amount"]!["value"]) < 0 && row["quantity"] == null && row["project_id"] == null);
        rows.ShouldContain(row => Exact(row["amount"]!["value"]) > 0 && Exact(row["amount"]!["value"]) < 0.01m);
        rows.Select(row => (string?)row["quantity_unit"]).Distinct().ShouldBe(
            [
                "tokens",
                "1000_tokens",
                "images",
                "characters",
                "duration_minutes",
                "gibibyte_hours",
                null,
            ], ignoreOrder: true);
        ungrouped.ShouldAllBe(
            row => row["line_item"] == null && row["quantity"] == null && row["quantity_unit"] == null);
        Total(rows).ShouldBe(Total(ungrouped));
        Total(perKey).ShouldBe(Total(ungrouped));
        perKey.Count.ShouldBeGreaterThan(rows.Count);
    }

    [Fact]
    public async Task Costs_bill_exactly_the_tokens_that_usage_counts()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var usage = Rows(await PagesAsync(client, $"usage/completions?{Week}"))
            .Concat(Rows(await PagesAsync(client, $"usage/decisions?{Week}")))
            .Sum(row => (decimal)row["input_tokens"]! + (decimal)row["output_tokens"]!);
        var billed = Rows(await PagesAsync(client, $"costs?{Week}&group_by=line_item"))
            .Where(row => (string?)row["quantity_unit"] == "tokens").Sum(row => Exact(row["quantity"]));

        billed.ShouldBe(usage);
    }

    private static decimal Total(IEnumerable<JsonNode> rows) => rows.Sum(row => Exact(row["amount"]!["value"]));
}
