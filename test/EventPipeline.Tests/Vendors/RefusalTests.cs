using System.Net;

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
            $"anthropic/acme/cost 2026-11-01..2026-11-01: the vendor answered {(int)status} to GET v1/organizations/cost_report: "
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
        failure.Message.ShouldEndWith("Incorrect API key provided (invalid_request_error, invalid_api_key, request req_5).");
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
    [InlineData(407)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(418)]
    public async Task Other_refusals_are_the_vendors_own_words_and_are_not_retried(int status)
    {
        _vendor.On(Anthropic, Answers.Read("Anthropic", "error_404"), (HttpStatusCode)status);

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldContain("The requested resource could not be found (not_found_error, request req_011CSHoEeqs5C35K2UUqR7Fy)");
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

    [Fact]
    public async Task A_long_message_is_cut()
    {
        _vendor.On(Anthropic, $$"""{ "error": { "message": "{{new string('m', 10_000)}}" } }""", HttpStatusCode.NotFound);

        (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message.Length.ShouldBeLessThan(600);
    }

    [Fact]
    public async Task A_cursor_that_is_gone_restarts_the_window()
    {
        _vendor.On(Anthropic, "{}", HttpStatusCode.Gone);

        (await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message.ShouldContain("first page");
    }

    [Fact]
    public async Task No_content_is_no_answer()
    {
        _vendor.On(Anthropic, "", HttpStatusCode.NoContent);

        (await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Cause.ShouldBe(RejectionCause.BrokenContract);
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
