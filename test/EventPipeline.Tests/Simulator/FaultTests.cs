using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class FaultTests
{
    private const string Usage =
        "usage_report/messages?starting_at=2026-11-16T00:00:00Z&ending_at=2026-11-23T00:00:00Z&group_by[]=model";
    private const string Cost =
        "cost_report?starting_at=2026-11-16T00:00:00Z&ending_at=2026-11-23T00:00:00Z&group_by[]=description";

    [Theory]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(529, "overloaded_error")]
    public async Task A_status_comes_with_the_vendor_s_error_and_retry_after_only_when_asked_for(
        int status, string type)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        await simulator.FaultsAsync($$"""[{"kind":"status","status":{{status}},"times":1},{"kind":"status","status":{{status}},"retryAfter":61}]""");
        var without = await SendAsync(client, Usage);
        var with = await SendAsync(client, Usage);

        (without.Status, with.Status).ShouldBe((status, status));
        ((string)without.Body["error"]!["type"]!).ShouldBe(type);
        without.Headers.RetryAfter.ShouldBeNull();
        with.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(61));
        with.Headers.GetValues("X-Simulated").ShouldBe(["true"]);
    }

    [Fact]
    public async Task A_rule_hits_its_vendor_account_and_path_only_after_those_it_skips_and_as_often_as_it_says()
    {
        await using var simulator = await StartAsync();
        using var acme = simulator.Anthropic();
        using var labs = simulator.Anthropic(Labs);
        using var openAI = simulator.OpenAI();
        await simulator.FaultsAsync(
            """[{"vendor":"anthropic","account":"SIMULATED-labs","pathContains":"group_by[]=model","kind":"status","status":500,"skip":1,"times":2}]""");

        (await SendAsync(acme, Usage)).Status.ShouldBe(200);
        (await SendAsync(openAI, "users")).Status.ShouldBe(200);
        (await SendAsync(labs, "users")).Status.ShouldBe(200);
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await SendAsync(labs, Usage)).Status);
        }

        statuses.ShouldBe([200, 500, 500, 200, 200]);
        var faults = await JsonAsync(simulator.Anonymous, "/_simulator/faults");
        ((int)faults[0]!["hits"]!).ShouldBe(2);
        ((string)faults[0]!["rule"]!["kind"]!).ShouldBe("status");
        (await simulator.Anonymous.DeleteAsync("/_simulator/faults", TestContext.Current.CancellationToken)).Dispose();
        (await JsonAsync(simulator.Anonymous, "/_simulator/faults")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_truncated_body_ends_before_its_content_length()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"truncate","times":1}]""");

        using var answer = await client.GetAsync(
            Usage, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<HttpRequestException>(
            () => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        (await SendAsync(client, Usage)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Cut_json_is_a_complete_answer_for_http()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"truncate_json"}]""");

        var text = await client.GetStringAsync(Usage, TestContext.Current.CancellationToken);

        Should.Throw<JsonException>(() => JsonNode.Parse(text));
    }

    [Fact]
    public async Task Garbage_is_a_200_that_is_not_json()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        await simulator.FaultsAsync("""[{"kind":"garbage"}]""");

        using var answer = await client.GetAsync("users", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task A_stalled_body_begins_and_never_ends()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"stall"}]""");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        using var answer = await client.GetAsync(Usage, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
        var half = new byte[answer.Content.Headers.ContentLength!.Value / 2];
        await body.ReadExactlyAsync(half, patience.Token);
        var rest = body.ReadAsync(new byte[1], patience.Token).AsTask();

        rest.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => rest);
    }

    [Fact]
    public async Task A_stopping_simulator_lets_go_of_those_it_keeps_waiting()
    {
        var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"slow_headers"}]""");

        var answer = client.GetAsync(Usage, TestContext.Current.CancellationToken);
        while ((await JsonAsync(simulator.Anonymous, "/_simulator/requests")).AsArray().Count == 0)
        {
            await Task.Yield();
        }

        await simulator.DisposeAsync();
        await Should.ThrowAsync<HttpRequestException>(() => answer);
    }

    [Fact]
    public async Task Slow_headers_come_after_their_seconds()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"slow_headers","seconds":0.01}]""");

        (await SendAsync(client, Usage)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_reset_connection_has_no_answer()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"reset"}]""");

        await Should.ThrowAsync<HttpRequestException>(
            () => client.GetAsync(Usage, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("endless_cursor", 6)]
    [InlineData("same_cursor", 1)]
    public async Task A_cursor_that_never_ends_leads_to_page_after_page(string kind, int cursors)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var good = (await JsonAsync(client, Usage))["data"]!.ToJsonString();
        await simulator.FaultsAsync($$"""[{"kind":"{{kind}}"}]""");

        var seen = new HashSet<string>();
        var page = await JsonAsync(client, Usage);
        for (var i = 0; i < 6; i++)
        {
            ((bool)page["has_more"]!).ShouldBeTrue();
            page["data"]!.ToJsonString().ShouldBe(good);
            seen.Add((string)page["next_page"]!);
            page = await JsonAsync(client, $"{Usage}&page={page["next_page"]}");
        }

        seen.Count.ShouldBe(cursors);
    }

    [Fact]
    public async Task A_list_can_be_endless_too()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        await simulator.FaultsAsync("""[{"kind":"endless_cursor"}]""");

        var first = await JsonAsync(client, "users?limit=100");
        var second = await JsonAsync(client, $"users?limit=100&after={first["last_id"]}");

        ((bool)second["has_more"]!).ShouldBeTrue();
        second["data"]!.ToJsonString().ShouldBe(first["data"]!.ToJsonString());
        ((string)second["last_id"]!).ShouldNotBe((string)first["last_id"]!);
    }

    [Fact]
    public async Task A_trailing_cursor_leads_to_an_empty_page_that_ends()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        await simulator.FaultsAsync("""[{"kind":"trailing_cursor","times":1}]""");
        var question = $"costs?start_time={Unix("2026-11-16")}&end_time={Unix("2026-11-18")}";

        var first = await JsonAsync(client, question);
        var second = await JsonAsync(client, $"{question}&page={first["next_page"]}");

        first["data"]!.AsArray().Count.ShouldBe(2);
        second["data"]!.AsArray().ShouldBeEmpty();
        ((bool)second["has_more"]!).ShouldBeFalse();
        second["next_page"].ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_page_may_come_before_the_page_that_was_asked_for()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();
        var question = $"costs?start_time={Unix("2026-11-16")}&end_time={Unix("2026-11-18")}";
        var good = (await JsonAsync(client, question))["data"]!.ToJsonString();
        await simulator.FaultsAsync("""[{"kind":"empty_page","times":1}]""");

        var first = await JsonAsync(client, question);
        var second = await JsonAsync(client, $"{question}&page={first["next_page"]}");

        first["data"]!.AsArray().ShouldBeEmpty();
        ((bool)first["has_more"]!).ShouldBeTrue();
        second["data"]!.ToJsonString().ShouldBe(good);
    }

    [Theory]
    [InlineData("repeat_rows", true)]
    [InlineData("conflict_rows", false)]
    public async Task A_row_comes_twice_in_its_bucket_with_the_same_or_with_other_numbers(string kind, bool same)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        foreach (var address in new[] { Usage, Cost })
        {
            var good = (await JsonAsync(client, address))["data"]![0]!["results"]!.AsArray();
            await simulator.FaultsAsync($$"""[{"kind":"{{kind}}","times":1}]""");
            var bad = (await JsonAsync(client, address))["data"]![0]!["results"]!.AsArray();

            bad.Count.ShouldBe(good.Count + 1);
            bad[0]!.ToJsonString().ShouldBe(good[0]!.ToJsonString());
            (bad[^1]!.ToJsonString() == good[0]!.ToJsonString()).ShouldBe(same);
            ((string?)bad[^1]!["model"]).ShouldBe((string?)good[0]!["model"]);
        }
    }

    [Fact]
    public async Task A_fault_in_the_rows_waits_for_an_answer_that_has_rows()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"missing_bucket","times":1}]""");

        await JsonAsync(client, "users");
        ((int)(await JsonAsync(simulator.Anonymous, "/_simulator/faults"))[0]!["hits"]!).ShouldBe(0);
        var buckets = (await JsonAsync(client, Usage))["data"]!.AsArray();

        buckets.Count.ShouldBe(6);
        ((int)(await JsonAsync(simulator.Anonymous, "/_simulator/faults"))[0]!["hits"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_row_can_have_a_field_more_or_less()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync(
            """[{"kind":"unknown_field","times":1},{"kind":"missing_field","times":1},{"kind":"missing_field","field":"currency"}]""");

        (await JsonAsync(client, Cost))["data"]![0]!["results"]![0]!["simulated_new_field"].ShouldNotBeNull();
        (await JsonAsync(client, Cost))["data"]![0]!["results"]![0]!.AsObject().ContainsKey("amount").ShouldBeFalse();
        (await JsonAsync(client, Cost))["data"]![0]!["results"]![0]!.AsObject().ContainsKey("currency").ShouldBeFalse();
    }

    [Fact]
    public async Task A_rate_limit_counts_each_key_by_the_minute()
    {
        await using var simulator = await StartAsync();
        using var acme = simulator.Anthropic();
        using var labs = simulator.Anthropic(Labs);
        await simulator.FaultsAsync("""[{"kind":"rate_limit","perMinute":2}]""");

        (await SendAsync(acme, "me")).Status.ShouldBe(200);
        (await SendAsync(acme, "me")).Status.ShouldBe(200);
        simulator.Clock.Advance(TimeSpan.FromSeconds(20));
        var refused = await SendAsync(acme, "me");
        refused.Status.ShouldBe(429);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(40));
        (await SendAsync(labs, "me")).Status.ShouldBe(200);
        simulator.Clock.Advance(TimeSpan.FromSeconds(40));
        (await SendAsync(acme, "me")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("""[{"kind":"stal"}]""", "'stall'")]
    [InlineData("""[{"kind":"stall","tims":1}]""", "'times'")]
    [InlineData("""[{"kind":"stall","vendor":"anthropc"}]""", "'anthropic'")]
    [InlineData("""[{"kind":"status"}]""", "status")]
    [InlineData("""[{"kind":"status","status":200}]""", "400")]
    [InlineData("""[{"kind":"rate_limit"}]""", "perMinute")]
    [InlineData("""[{"kind":"stall","times":0}]""", "times")]
    [InlineData("""[{"kind":"stall","times":"one"}]""", "times")]
    [InlineData("""[{}]""", "kind")]
    [InlineData("""[{"kind":null}]""", "kind")]
    [InlineData("""[{"kind":"stall","kind":"stal"}]""", "'stall'")]
    [InlineData("""{"kind":"stall"}""", "array")]
    [InlineData("""[1]""", "object")]
    [InlineData("""[""", "read")]
    [InlineData("", "read")]
    public async Task A_rule_that_is_not_understood_is_refused_and_changes_nothing(string rules, string named)
    {
        await using var simulator = await StartAsync();
        await simulator.FaultsAsync("""[{"kind":"garbage"}]""");

        using var content = new StringContent(rules);
        using var answer = await simulator.Anonymous.PutAsync(
            "/_simulator/faults", content, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (
            (string)JsonNode
                .Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["title"]!)
            .ShouldContain(named);
        (await JsonAsync(simulator.Anonymous, "/_simulator/faults")).AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_asked_is_listed_without_keys()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        await simulator.FaultsAsync("""[{"kind":"status","status":500,"skip":1,"times":1}]""");
        await SendAsync(client, Usage);
        await SendAsync(client, "users?limit=5");

        var text = await simulator.Anonymous.GetStringAsync(
            "/_simulator/requests", TestContext.Current.CancellationToken);
        var log = JsonNode.Parse(text)!.AsArray();

        log.Select(
            entry =>
                ((string)entry!["path"]!, (int)entry["status"]!, (string?)entry["account"], (string?)entry["fault"]))
            .ShouldBe(
            [
                ($"/v1/organizations/{Usage}", 200, Acme, null),
                ("/v1/organizations/users?limit=5", 500, Acme, "status"),
            ]);
        text.ShouldNotContain(simulator.Account("anthropic").Key);
        (await simulator.Anonymous.DeleteAsync("/_simulator/requests", TestContext.Current.CancellationToken))
            .Dispose();
        (await JsonAsync(simulator.Anonymous, "/_simulator/requests")).AsArray().ShouldBeEmpty();
    }
}
