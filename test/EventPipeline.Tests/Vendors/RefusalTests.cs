using System.Net;
using System.Text;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Vendors;

public sealed class RefusalTests : IDisposable
{
    private const string Anthropic = "/v1/organizations/cost_report";
    private const string OpenAI = "/v1/organization/usage/embeddings";
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public RefusalTests() => _bench = new VendorBench(_vendor);

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task A_refused_anthropic_key_says_which_key_is_wanted_and_never_shows_it(HttpStatusCode status)
    {
        var message = $"invalid x-api-key {VendorBench.Secret}";
        _vendor.On(
            Anthropic,
            $$"""{"type":"error","error":{"type":"authentication_error","message":"{{message}}"},"request_id":"req_7"}""",
            status);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.Credential);
        failure.Message.ShouldBe(
            $"anthropic/acme/cost 2026-11-01..2026-11-01: the vendor answered {(int)status} to GET "
                + "v1/organizations/cost_report: "
            + "invalid x-api-key … (authentication_error, request req_7).");
        failure.Hint.ShouldContain("sk-ant-admin01-…");
        failure.Hint.ShouldContain("admin role");
        failure.Hint.ShouldContain("org:admin");
        failure.Hint.ShouldContain("'acme'");
        failure.ToString().ShouldNotContain(VendorBench.Secret);
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_openai_key_says_which_key_and_scope_are_wanted()
    {
        _vendor.On(OpenAI, Answers.Read("OpenAI", "error_401"), HttpStatusCode.Unauthorized, ("x-request-id", "req_5"));

        var failure = await _bench.RejectedAsync("openai", "embeddings_usage", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.Credential);
        failure.Message.ShouldEndWith(
            "Incorrect API key provided (invalid_request_error, invalid_api_key, request req_5).");
        failure.Hint.ShouldContain("sk-admin-…");
        failure.Hint.ShouldContain("api.usage.read");
        failure.Hint.ShouldContain("api.management.read");
    }

    [Theory]
    [InlineData("Incorrect API key provided: sk-admin-*****************abcd. Look it up.")]
    [InlineData("You sent 'sk-proj-0123456789'.")]
    public async Task Whatever_looks_like_a_key_is_taken_out_of_the_vendors_words(string message)
    {
        _vendor.On(OpenAI, $$"""{ "error": { "message": "{{message}}" } }""", HttpStatusCode.Unauthorized);

        var failure = await _bench.RejectedAsync("openai", "embeddings_usage", "2026-11-01", "2026-11-01");

        failure.Message.ShouldNotContain("abcd");
        failure.Message.ShouldNotContain("0123456789");
        failure.Message.ShouldContain("sk-…");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(402)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(418)]
    public async Task Other_refusals_are_the_vendors_own_words_and_are_not_retried(int status)
    {
        _vendor.On(Anthropic, Answers.Read("Anthropic", "error_404"), (HttpStatusCode)status);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldContain(
            "The requested resource could not be found (not_found_error, request req_011CSHoEeqs5C35K2UUqR7Fy)");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>\r\n<b>no</b>")]
    [InlineData("{\"error\":")]
    [InlineData("[1]")]
    [InlineData("{\"error\":{\"message\":5}}")]
    [InlineData("{\"error\":{\"message\":\"\\ud800\"}}")]
    public async Task An_error_body_may_be_anything(string body)
    {
        _vendor.On(Anthropic, body, HttpStatusCode.NotFound);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(200, "<html>\r\n<b>Sign in to Wi-Fi</b>", "application/json")]
    [InlineData(200, "\uFEFF  <!DOCTYPE html><title>Sign in</title>", "application/json")]
    [InlineData(200, "<?xml version='1.0'?><Error/>", "application/xml")]
    [InlineData(200, "Access is limited.", "text/html")]
    [InlineData(203, "<html>changed</html>", "text/html")]
    public async Task A_proxys_page_is_not_the_vendors_answer_and_may_pass(int status, string body, string type)
    {
        _vendor.On(Anthropic, () => new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        });

        var failure = await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Message.ShouldContain(
            $"answered {status} to GET v1/organizations/cost_report: an HTML page, probably a proxy's");
        failure.Message.ShouldContain("Vendors__Anthropic__BaseAddress");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(400, "<html>400 Bad Request</html>", RejectionCause.VendorRefused)]
    [InlineData(401, "<html>Who are you</html>", RejectionCause.Credential)]
    [InlineData(403, "<html>Checking your browser</html>", RejectionCause.Credential)]
    [InlineData(404, "<html>\r\n<b>no</b>", RejectionCause.VendorRefused)]
    [InlineData(409, "<html>", RejectionCause.VendorRefused)]
    public async Task A_proxys_page_with_a_status_that_asking_again_does_not_change_is_rejected_as_a_page(
        int status, string body, RejectionCause cause)
    {
        _vendor.On(Anthropic, body, (HttpStatusCode)status);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(cause);
        failure.Message.ShouldContain("an HTML page, probably a proxy's");
        failure.Hint.ShouldContain("Vendors__Anthropic__BaseAddress");
    }

    [Theory]
    [InlineData("""{"amount":"1"}""", RejectionCause.BrokenContract)]
    [InlineData("[]", RejectionCause.BrokenContract)]
    [InlineData("not json", RejectionCause.BrokenContract)]
    [InlineData("""{"error":{"type":"not_found_error","message":"gone"}}""", RejectionCause.VendorRefused)]
    [InlineData("""{"type":"error","error":{"type":"authentication_error","message":"no"}}""", RejectionCause.Credential)]
    [InlineData("""{"error":{"type":"permission_error","message":"\ud800"}}""", RejectionCause.Credential)]
    public async Task A_200_that_is_the_vendors_and_not_data_is_rejected(string body, RejectionCause cause)
    {
        _vendor.On(Anthropic, body);

        (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Cause.ShouldBe(cause);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("""{"data":[""")]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""")]
    [InlineData("""{"error":"upstream timed out"}""")]
    [InlineData("""{"error":{"type":"never_seen","message":"what"}}""")]
    [InlineData("""{"data":[],"has_more":false,"error":{"type":"api_error","message":"only half of it"}}""")]
    public async Task A_200_without_its_data_may_pass(string body)
    {
        _vendor.On(Anthropic, body);

        await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");
    }

    [Theory]
    [InlineData(202)]
    [InlineData(423)]
    public async Task A_vendor_that_is_not_ready_is_asked_by_the_next_attempt(int status)
    {
        _vendor.On(Anthropic, """{"type":"error","error":{"type":"conflict_error","message":"busy"}}""", (HttpStatusCode)status);

        await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        _vendor.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(402, "billing")]
    [InlineData(404, "BaseAddress")]
    [InlineData(407, "HTTPS_PROXY")]
    [InlineData(413, "too long")]
    [InlineData(414, "too long")]
    [InlineData(431, "too long")]
    [InlineData(451, "region")]
    public async Task What_does_not_pass_says_what_to_do(int status, string hint)
    {
        _vendor.On(Anthropic, "", (HttpStatusCode)status);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Hint.ShouldContain(hint);
    }

    [Theory]
    [InlineData(
        "anthropic",
        "sk-ant-api03-abcdefgh",
        "'sk-ant-api': it looks like either an analytics key of Claude Enterprise")]
    [InlineData("anthropic", "sk-ant-api03-abcdefgh", "an ordinary API key of a workspace")]
    [InlineData("anthropic", "sk-ant-admin01-abcdefgh", "an Anthropic Admin API key")]
    [InlineData("anthropic", "sk-ant-oat01-abcdefgh", "the scope org:admin")]
    [InlineData("anthropic", "sk-proj-abcdefgh", "an OpenAI project key")]
    [InlineData("anthropic", "sk-admin-abcdefgh", "an OpenAI admin key")]
    [InlineData("anthropic", "Bearer.abcdefgh", "without it")]
    [InlineData("anthropic", "\"abcdefgh\"", "quotation mark")]
    [InlineData("anthropic", "abcdefghijk", "not begin like any known kind of key")]
    [InlineData("openai", "sk-ant-admin01-abcdefgh", "an Anthropic Admin API key")]
    [InlineData("openai", "sk-proj-abcdefgh", "an OpenAI project key")]
    [InlineData("openai", "sk-svcacct-abcdefgh", "an OpenAI service account key")]
    [InlineData("openai", "sk-admin-abcdefgh", "an OpenAI admin key")]
    [InlineData("openai", "sk-abcdefgh", "an OpenAI user key")]
    public async Task A_refused_key_is_told_by_its_kind_and_by_nothing_of_its_secret(
        string vendor, string key, string kind)
    {
        _vendor.On(Anthropic, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", HttpStatusCode.Unauthorized);
        _vendor.On("/v1/organization/costs", """{"error":{"message":"no"}}""", HttpStatusCode.Unauthorized);
        var window = new Window(vendor, "acme", "cost", new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 1));
        var fetch = new FetchContext(
            window,
            _bench.Account(vendor, secret: key),
            "org-1",
            VendorBench.Now.AddSeconds(570),
            (_, _) => ValueTask.CompletedTask,
            new Drift());
        await using var items = _bench.Connector(vendor)
            .FetchAsync(fetch, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var failure = await Should.ThrowAsync<RejectedEventException>(async () => await items.MoveNextAsync());

        failure.Cause.ShouldBe(RejectionCause.Credential);
        failure.Hint.ShouldContain(kind);
        failure.ToString().ShouldNotContain("abcd");
    }

    [Fact]
    public async Task A_refused_anthropic_key_is_told_that_there_are_two_kinds_of_organisation()
    {
        _vendor.On(Anthropic, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", HttpStatusCode.Unauthorized);

        var hint = (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Hint;

        hint.ShouldContain("Claude Console");
        hint.ShouldContain("The sources console and console_analytics read Claude Console");
        hint.ShouldContain("The sources enterprise and enterprise_legacy read Claude Enterprise (claude.ai)");
        hint.ShouldContain("read:analytics");
    }

    [Theory]
    [InlineData(
        "https://user:CANARY@storage.test/path/file?X-Amz-Signature=CANARY&x=1#CANARY",
        "https://storage.test/path/file")]
    [InlineData("/login?token=CANARY", "/login")]
    [InlineData("//elsewhere.test/a#access_token=CANARY", "//elsewhere.test/a")]
    [InlineData("https://storage.test/?sig=CANARY", "https://storage.test/")]
    public async Task A_redirect_is_shown_without_what_signs_it(string location, string shown)
    {
        _vendor.On(Anthropic, $"Moved to {location}", HttpStatusCode.Found, ("Location", location));

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Message.ShouldContain($"redirects to '{shown}'");
        failure.ToString().ShouldNotContain("CANARY");
    }

    [Theory]
    [InlineData("see https://s.test/x?X-Goog-Signature=CANARY&b=1 and https://u:CANARY@t.test")]
    [InlineData("see /x/y?sig=CANARY")]
    [InlineData("refused: X-Amz-Credential=CANARY&X-Amz-Signature=CANARY access_token=CANARY")]
    public async Task Addresses_in_the_vendors_words_are_shown_without_what_signs_them(string message)
    {
        _vendor.On(Anthropic, $$"""{ "error": { "message": "{{message}}" } }""", HttpStatusCode.BadRequest);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.ToString().ShouldNotContain("CANARY");
    }

    [Fact]
    public async Task A_long_message_is_cut()
    {
        _vendor.On(Anthropic, $$"""{ "error": { "message": "{{new string('m', 10_000)}}" } }""", HttpStatusCode.NotFound);

        (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message.Length
            .ShouldBeLessThan(600);
    }

    [Fact]
    public async Task A_cursor_that_is_gone_restarts_the_window()
    {
        _vendor.On(Anthropic, "{}", HttpStatusCode.Gone);

        (await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message
            .ShouldContain("first page");
    }

    [Fact]
    public async Task No_content_is_no_answer()
    {
        _vendor.On(Anthropic, "", HttpStatusCode.NoContent);

        (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Cause
            .ShouldBe(RejectionCause.BrokenContract);
    }

    [Fact]
    public async Task After_the_deadline_nothing_is_sent()
    {
        using var bench = new VendorBench(_vendor) { Patience = TimeSpan.Zero };

        await bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        _vendor.Asked.ShouldBeEmpty();
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }
}
