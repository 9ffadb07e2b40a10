using System.Globalization;
using System.Net;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Vendors;

public sealed class RetryTests : IDisposable
{
    private const string Cost = "/v1/organizations/cost_report";
    private const string Good = """{ "data": [], "has_more": false, "next_page": null }""";
    private const string Busy = """{"type":"error","error":{"type":"rate_limit_error","message":"slow down"},"request_id":"req_9"}""";
    private readonly StubVendor _vendor = new();
    private readonly WaitingClock _clock = new();
    private readonly VendorBench _bench;

    public RetryTests() => _bench = new VendorBench(_vendor, _clock);

    [Theory]
    [InlineData("7", 7)]
    [InlineData("180", 180)]
    [InlineData("Mon, 23 Nov 2026 06:05:00 GMT", 300)]
    public async Task Retry_after_is_waited_for_minutes_long_too(string retryAfter, int seconds)
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", retryAfter)).On(Cost, Good);

        var reading = ReadAsync();
        await _clock.PassAsync(seconds);
        await reading;

        _clock.GetUtcNow().ShouldBe(VendorBench.Now.AddSeconds(seconds));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("1e9")]
    [InlineData("99999999999999999999999999")]
    [InlineData("Mon, 23 Nov 2020 06:05:00 GMT")]
    public async Task A_retry_after_that_says_nothing_is_a_backoff_of_our_own(string retryAfter)
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", retryAfter)).On(Cost, Good);

        var reading = ReadAsync();
        (await _clock.PassAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1))).ShouldBeGreaterThan(TimeSpan.Zero);
        await reading;

        _vendor.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(529)]
    public async Task What_may_pass_is_tried_six_times_with_growing_waits_and_then_left_to_the_next_attempt(int status)
    {
        for (var i = 0; i < 6; i++)
        {
            _vendor.On(Cost, Busy, (HttpStatusCode)status);
        }

        var reading = _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");
        foreach (var longest in new[] { 1, 2, 4, 8, 16 })
        {
            await _clock.PassAsync(TimeSpan.FromSeconds(longest / 2.0), TimeSpan.FromSeconds(longest));
        }

        var failure = await reading;
        failure.Message.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"answered {status}"));
        failure.Message.ShouldContain("slow down");
        _vendor.Asked.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_made_is_tried_again()
    {
        _vendor.On(Cost, () => throw new HttpRequestException("connection refused")).On(Cost, Good);

        var reading = ReadAsync();
        await _clock.PassAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        await reading;

        _vendor.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_vendor_that_sends_no_headers_is_tried_again_after_a_hundred_seconds()
    {
        _vendor.OnSilence(Cost).On(Cost, Good);

        var reading = ReadAsync();
        await _clock.PassAsync(100);
        await _clock.PassAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        await reading;

        _vendor.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("600")]
    [InlineData("2147483647")]
    public async Task A_wait_past_the_deadline_is_not_begun(string retryAfter)
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", retryAfter));

        var failure = await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Message.ShouldContain($"wait {retryAfter} s");
        _clock.GetUtcNow().ShouldBe(VendorBench.Now);
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_in_the_past_still_waits_a_little_and_one_far_ahead_at_most_a_minute()
    {
        _vendor
            .On(
                Cost,
                Busy,
                HttpStatusCode.TooManyRequests,
                ("anthropic-ratelimit-requests-reset", "2026-11-23T05:00:00Z"))
            .On(
                Cost,
                Busy,
                HttpStatusCode.TooManyRequests,
                ("anthropic-ratelimit-requests-reset", "2026-11-24T06:00:00Z"))
            .On(Cost, Good);

        var reading = ReadAsync();
        await _clock.PassAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));
        await _clock.PassAsync(60);
        await reading;

        _vendor.Asked.Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_accounts_other_requests_hold_off_and_another_accounts_do_not()
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", "120"))
            .On(Cost, Good)
            .On(Cost, Good)
            .On(Cost, Good);

        var first = ReadAsync();
        await _vendor.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01", account: "globex");
        _vendor.Asked.Count.ShouldBe(2);

        var second = ReadAsync();
        second.IsCompleted.ShouldBeFalse();
        _vendor.Asked.Count.ShouldBe(2);
        await _clock.PassAsync(120);
        await Task.WhenAll(first, second);
        _vendor.Asked.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Holding_off_respects_each_attempts_own_deadline()
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", "800"));
        await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        var failure = await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Message.ShouldContain("wait until 2026-11-23T06:13:20");
        _vendor.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waiting_ends_when_the_caller_gives_up()
    {
        _vendor.On(Cost, Busy, HttpStatusCode.TooManyRequests, ("Retry-After", "120"));
        using var caller = new CancellationTokenSource();
        var window = new Window("anthropic", "acme", "cost", new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 1));
        var fetch = new FetchContext(
            window,
            _bench.Account("anthropic"),
            "org-1",
            VendorBench.Now.AddSeconds(570),
            (_, _) => ValueTask.CompletedTask,
            new Drift());
        var items = _bench.Connector("anthropic").FetchAsync(fetch, caller.Token).GetAsyncEnumerator(caller.Token);

        var reading = items.MoveNextAsync().AsTask();
        await _vendor.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading);
        await items.DisposeAsync();
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private Task<List<VendorItem>> ReadAsync() => _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");
}
