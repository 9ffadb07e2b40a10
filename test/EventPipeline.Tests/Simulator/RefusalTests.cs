using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class RefusalTests
{
    private const string Start = "starting_at=2026-11-09T00:00:00Z";

    [Theory]
    [InlineData("usage_report/messages", "starting_at")]
    [InlineData("cost_report", "starting_at")]
    [InlineData("usage_report/claude_code", "starting_at")]
    [InlineData("usage_report/claude_code?starting_at=2026-02-30", "2026-02-30")]
    [InlineData("usage_report/claude_code?starting_at=2026-11-09&limit=1001", "1000")]
    [InlineData($"usage_report/messages?{Start}&limit=32", "31")]
    [InlineData($"usage_report/messages?{Start}&limit=0", "limit")]
    [InlineData($"usage_report/messages?{Start}&limit=169&bucket_width=1h", "168")]
    [InlineData($"usage_report/messages?{Start}&limit=1441&bucket_width=1m", "1440")]
    [InlineData($"usage_report/messages?{Start}&bucket_width=2d", "2d")]
    [InlineData($"usage_report/messages?{Start}&group_by[]=modle", "modle")]
    [InlineData($"usage_report/messages?{Start}&group_by=model", "group_by[]")]
    [InlineData($"usage_report/messages?{Start}&models=claude-sonnet-5", "models[]")]
    [InlineData($"usage_report/messages?{Start}&ending_at=2026-11-09T00:00:00Z", "ending_at")]
    [InlineData($"usage_report/messages?{Start}&page=page_bm9uc2Vuc2U", "page")]
    [InlineData("usage_report/messages?starting_at=yesterday", "yesterday")]
    [InlineData($"cost_report?{Start}&bucket_width=1h", "1h")]
    [InlineData($"cost_report?{Start}&group_by[]=model", "model")]
    [InlineData("users?limit=1001", "1000")]
    [InlineData("users?after_id=user_nobody", "user_nobody")]
    public async Task Anthropic_refuses_a_bad_parameter_by_name(string address, string named)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var (status, body, headers) = await SendAsync(client, address);

        status.ShouldBe(400);
        ((string)body["type"]!).ShouldBe("error");
        ((string)body["error"]!["type"]!).ShouldBe("invalid_request_error");
        ((string)body["error"]!["message"]!).ShouldContain(named);
        headers.GetValues("request-id").ShouldBe([(string)body["request_id"]!]);
    }

    [Theory]
    [InlineData("usage/completions", "start_time")]
    [InlineData("costs", "start_time")]
    [InlineData("usage/completions?start_time=1794182400000", "start_time")]
    [InlineData("usage/completions?start_time=1794182400&end_time=1794182400", "end_time")]
    [InlineData("usage/completions?start_time=1794182400&limit=32", "limit")]
    [InlineData("usage/completions?start_time=1794182400&bucket_width=1w", "bucket_width")]
    [InlineData("usage/completions?start_time=1794182400&group_by=size", "group_by")]
    [InlineData("usage/vector_stores?start_time=1794182400&group_by[]=model", "group_by")]
    [InlineData("costs?start_time=1794182400&limit=181", "limit")]
    [InlineData("costs?start_time=1794182400&bucket_width=1h", "bucket_width")]
    [InlineData("costs?start_time=1794182400&page=page_2", "page")]
    [InlineData("users?limit=101", "limit")]
    [InlineData("users?after=user-nobody", "after")]
    public async Task OpenAI_refuses_a_bad_parameter_by_name(string address, string parameter)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var (status, body, _) = await SendAsync(client, address);

        status.ShouldBe(400);
        ((string)body["error"]!["type"]!).ShouldBe("invalid_request_error");
        ((string)body["error"]!["param"]!).ShouldBe(parameter);
    }

    [Fact]
    public async Task A_page_token_is_good_for_its_own_question_and_account_only()
    {
        await using var simulator = await StartAsync();
        using var acme = simulator.Anthropic();
        using var labs = simulator.Anthropic(Labs);
        using var openAI = simulator.OpenAI();
        var question = $"usage_report/messages?{Start}&group_by[]=model";
        var token = (string)(await JsonAsync(acme, question))["next_page"]!;
        var other = (string)(await JsonAsync(openAI, "costs?start_time=1794182400&limit=1"))["next_page"]!;

        (await SendAsync(acme, $"{question}&page={token}")).Status.ShouldBe(200);
        (await SendAsync(acme, $"{question}&group_by[]=workspace_id&page={token}")).Status.ShouldBe(400);
        (await SendAsync(acme, $"{question}&limit=8&page={token}")).Status.ShouldBe(400);
        (await SendAsync(labs, $"{question}&page={token}")).Status.ShouldBe(400);
        (await SendAsync(openAI, $"costs?start_time=1794182400&limit=1&page={other}")).Status.ShouldBe(200);
        (await SendAsync(openAI, $"costs?start_time=1794182400&limit=2&page={other}")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Anthropic_wants_an_admin_key_or_an_oauth_token_and_a_version()
    {
        await using var simulator = await StartAsync();
        var account = simulator.Account("anthropic");
        string[] good = ["anthropic-version: 2023-06-01"];

        (await MeAsync(good)).ShouldBe((401, "authentication_error"));
        (await MeAsync([.. good, "x-api-key: sk-ant-admin01-wrong"])).ShouldBe((401, "authentication_error"));
        (await MeAsync([.. good, $"x-api-key: {account.LimitedKey}"])).ShouldBe((403, "permission_error"));
        (await MeAsync([.. good, $"Authorization: Bearer {account.Key}"])).ShouldBe((401, "authentication_error"));
        (await MeAsync([$"x-api-key: {account.Key}"])).ShouldBe((400, "invalid_request_error"));
        (await MeAsync([$"x-api-key: {account.Key}", "anthropic-version: 1"])).ShouldBe((400, "invalid_request_error"));
        (await MeAsync([.. good, $"x-api-key: {account.Key}"])).ShouldBe((200, null));
        (await MeAsync([.. good, $"Authorization: Bearer {account.Token}"])).ShouldBe((200, null));

        account.Key.ShouldStartWith("sk-ant-admin01-simulated-");
        account.LimitedKey.ShouldStartWith("sk-ant-api03-");
        account.ToString().ShouldNotContain(account.Key);

        async Task<(int, string?)> MeAsync(string[] headers)
        {
            using var client = new HttpClient { BaseAddress = simulator.Anonymous.BaseAddress };
            foreach (var header in headers.Select(h => h.Split(": ")))
            {
                client.DefaultRequestHeaders.Add(header[0], header[1]);
            }

            var (status, body, _) = await SendAsync(client, "/v1/organizations/me");
            return (status, (string?)body["error"]?["type"]);
        }
    }

    [Fact]
    public async Task OpenAI_wants_an_admin_key()
    {
        await using var simulator = await StartAsync();
        var account = simulator.Account("openai");

        (await UsersAsync(null)).ShouldBe((401, null));
        (await UsersAsync("sk-admin-wrong")).ShouldBe((401, "invalid_api_key"));
        (await UsersAsync(simulator.Account("anthropic").Key)).ShouldBe((401, "invalid_api_key"));
        (await UsersAsync(account.LimitedKey)).ShouldBe((403, "missing_scope"));
        (await UsersAsync(account.Key)).ShouldBe((200, null));

        account.Key.ShouldStartWith("sk-admin-simulated-");
        account.LimitedKey.ShouldStartWith("sk-proj-");

        async Task<(int, string?)> UsersAsync(string? key)
        {
            using var client = new HttpClient { BaseAddress = simulator.Anonymous.BaseAddress };
            client.DefaultRequestHeaders.Authorization = key is null ? null : new("Bearer", key);
            var (status, body, _) = await SendAsync(client, "/v1/organization/users");
            return (status, (string?)body["error"]?["code"]);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_a_404_in_the_vendor_s_format_and_still_labelled()
    {
        await using var simulator = await StartAsync();
        using var anthropic = simulator.Anthropic();
        using var openAI = simulator.OpenAI();

        var (status, body, headers) = await SendAsync(anthropic, "usage_report/nothing");
        (status, (string)body["error"]!["type"]!).ShouldBe((404, "not_found_error"));
        headers.GetValues("X-Simulated").ShouldBe(["true"]);
        (status, body, _) = await SendAsync(anthropic, "/v1/messages");
        (status, (string)body["error"]!["type"]!).ShouldBe((404, "not_found_error"));
        (status, body, headers) = await SendAsync(openAI, "usage/nothing");
        (status, (string)body["error"]!["code"]!).ShouldBe((404, "unknown_url"));
        headers.GetValues("X-Simulated").ShouldBe(["true"]);
        (await SendAsync(anthropic, "workspaces/wrkspc_nobody/members")).Status.ShouldBe(404);
        (await SendAsync(openAI, "projects/proj_nobody/api_keys")).Status.ShouldBe(404);
    }
}
