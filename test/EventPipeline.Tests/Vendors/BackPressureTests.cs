using System.Collections.Concurrent;
using System.Net;
using System.Text;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>Many windows of one account at once, at vendors that refuse without saying until when.</summary>
public sealed class BackPressureTests : IDisposable
{
    private const string Busy = """{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}""";
    private const string Good = """{"data":[],"has_more":false,"next_page":null}""";
    private readonly FakeTimeProvider _clock = new(VendorBench.Now);
    private readonly Limited _vendor;
    private readonly VendorBench _bench;

    public BackPressureTests()
    {
        _vendor = new Limited(_clock);
        _bench = new VendorBench(_vendor, _clock);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public async Task A_backfill_at_a_vendor_that_allows_40_requests_a_minute_ends_in_one_attempt_per_window(
        int workers)
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromMinutes(1), 40);

        var (requests, attempts, windows) = await BackfillAsync(workers);

        attempts.ShouldBe(windows);
        requests.ShouldBe(180);
        _vendor.Answered.ShouldBe(requests);
        _vendor.Refused.ShouldBeLessThanOrEqualTo(20 + workers, "Before, 63 of 100 requests were refused.");
    }

    [Fact]
    public async Task So_it_does_where_the_minute_is_nearly_over_when_it_begins()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromMinutes(1), 40);
        _vendor.Started = VendorBench.Now.AddSeconds(-35);

        var (requests, attempts, windows) = await BackfillAsync(8);

        attempts.ShouldBe(windows);
        _vendor.Answered.ShouldBe(requests);
        _vendor.Refused.ShouldBeLessThanOrEqualTo(36);
    }

    [Fact]
    public async Task A_limit_per_second_is_learned()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromSeconds(1), 3);

        var (requests, attempts, windows) = await BackfillAsync(8);

        attempts.ShouldBe(windows);
        _vendor.Answered.ShouldBe(requests);
        _vendor.Refused.ShouldBeLessThanOrEqualTo(36);
    }

    [Fact]
    public async Task A_vendor_that_refuses_for_ten_minutes_is_asked_now_and_then_by_one_request_and_then_by_all()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromMinutes(1), 1_000);
        _vendor.RefusesUntil = VendorBench.Now.AddMinutes(10);

        var (requests, attempts, windows) = await BackfillAsync(4);

        _vendor.Answered.ShouldBe(requests);
        _vendor.Refused.ShouldBeLessThanOrEqualTo(4 + 4 + 20, "Four at once, four growing waits, then one a minute.");
        attempts.ShouldBe(windows + 4, "Each of the four that had begun ran out of its attempt's time once.");
        _clock.GetUtcNow().ShouldBeLessThan(VendorBench.Now.AddMinutes(14));
    }

    [Fact]
    public async Task Quiet_minutes_before_a_refusal_are_not_taken_for_the_vendors_limit()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromMinutes(1), 1_000);
        foreach (var refusals in (int[])[1, 2])
        {
            foreach (var quiet in (int[])[200, 25, 20])
            {
                _clock.Advance(TimeSpan.FromSeconds(quiet));
                await ReadAsync(Window("cost", VendorBench.Now, 1));
            }

            _clock.Advance(TimeSpan.FromSeconds(16));

            var began = _clock.GetUtcNow();
            _vendor.RefusesUntil = began.AddMilliseconds(1);
            var reading = Task.Run(
                () => ReadAsync(Window("claude_code", VendorBench.Now, 7)), TestContext.Current.CancellationToken);
            await PassAsync(() => reading.IsCompleted ? 0 : 1);

            await reading;
            _vendor.Refused.ShouldBe(refusals);
            _clock.GetUtcNow()
                .ShouldBeLessThan(began.AddSeconds(8), "Seven days are seven requests, which took a minute before.");
        }
    }

    [Fact]
    public async Task The_last_refusal_of_an_attempt_says_what_the_vendor_said()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromMinutes(1), 0);
        var reading = Task.Run(
            () => ReadAsync(Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);

        await PassAsync(() => reading.IsCompleted ? 0 : 1);

        var failure = await Should.ThrowAsync<TransientFailureException>(reading);
        failure.Message.ShouldContain("answered 429");
        failure.Message.ShouldContain("slow down");
        failure.IsOutOfTime.ShouldBeTrue();
        _clock.GetUtcNow().ShouldBeLessThanOrEqualTo(VendorBench.Now.AddSeconds(570));
    }

    [Fact]
    public async Task After_a_refusal_one_request_tries_while_the_others_wait()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromHours(1), 0);
        var running = 6;
        var readings = Enumerable.Range(0, 6).Select(number => Task.Run(
            async () =>
            {
                try
                {
                    await ReadAsync(Window("cost", VendorBench.Now.AddDays(-number), 1));
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            },
            TestContext.Current.CancellationToken)).ToList();
        await UntilAsync(() => Line.Waiting == 6);
        var before = _vendor.Refused;

        _vendor.Most = 1_000;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await PassAsync(() => Volatile.Read(ref running));

        await Task.WhenAll(readings);
        before.ShouldBeLessThanOrEqualTo(6);
        _vendor.Refused.ShouldBe(before);
        _vendor.MaxAtOnceAfterRefusal.ShouldBeLessThanOrEqualTo(2, "Four answers allow a second request.");
    }

    [Fact]
    public async Task Giving_up_while_waiting_for_a_turn_leaves_the_line()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromHours(1), 0);
        using var caller = new CancellationTokenSource();
        var readings = Enumerable.Range(0, 3).Select(_ => Task.Run(
            () => ReadAsync(Window("cost", VendorBench.Now, 1), VendorBench.Secret, caller.Token),
            TestContext.Current.CancellationToken)).ToList();
        await UntilAsync(() => Line.Waiting == 3);

        await caller.CancelAsync();

        foreach (var reading in readings)
        {
            await Should.ThrowAsync<OperationCanceledException>(reading);
        }

        Line.Waiting.ShouldBe(0);
        _vendor.Most = 1;
        var after = Task.Run(
            () => ReadAsync(Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);
        await PassAsync(() => after.IsCompleted ? 0 : 1);
        await after;
    }

    [Fact]
    public async Task One_accounts_refusals_delay_no_other_account()
    {
        (_vendor.Period, _vendor.Most) = (TimeSpan.FromHours(1), 0);
        _vendor.Key = VendorBench.Secret;
        var refused = Task.Run(
            () => ReadAsync(Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);
        await UntilAsync(() => Line.Waiting == 1);

        await ReadAsync(
            Window("cost", VendorBench.Now, 1) with { Account = "globex" },
            "sk-ant-admin01-of-globex",
            TestContext.Current.CancellationToken);

        Line.Waiting.ShouldBe(1);
        _vendor.Answered.ShouldBe(1);
        _vendor.Most = 1;
        await PassAsync(() => refused.IsCompleted ? 0 : 1);
        await refused;
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private AccountLine Line =>
        _bench.Services.GetRequiredService<BackPressure>().LineOf("anthropic/acme", limit: null);

    /// <summary>
    /// Five months of three reports; a window whose attempt failed is read again, five times at most.
    /// </summary>
    private async Task<(int Requests, int Attempts, int Windows)> BackfillAsync(int workers)
    {
        var start = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var windows = new ConcurrentQueue<Window>(
        [
            .. Enumerable.Range(0, 22).Select(week => Window("messages_usage", start.AddDays(7 * week), 7)),
            .. Enumerable.Range(0, 22).Select(week => Window("claude_code", start.AddDays(7 * week), 7)),
            .. Enumerable.Range(0, 4).Select(month => Window("cost", start.AddDays(31 * month), 31)),
        ]);
        var (count, running, attempts) = (windows.Count, workers, 0);
        var tasks = Enumerable.Range(0, workers)
            .Select(_ => Task.Run(WorkAsync, TestContext.Current.CancellationToken))
            .ToList();
        await PassAsync(() => Volatile.Read(ref running));
        await Task.WhenAll(tasks);
        return (22 + (22 * 7) + 4, attempts, count);

        async Task WorkAsync()
        {
            try
            {
                while (windows.TryDequeue(out var window))
                {
                    for (var attempt = 1; ; attempt++)
                    {
                        try
                        {
                            Interlocked.Increment(ref attempts);
                            await ReadAsync(window);
                            break;
                        }
                        catch (TransientFailureException) when (attempt < 5)
                        {
                            // It is delivered again.
                        }
                    }
                }
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    /// <summary>Moves time whenever everyone who is still at work waits for a turn.</summary>
    private async Task PassAsync(Func<int> running)
    {
        var line = Line;
        while (running() is > 0 and var active)
        {
            if (line.Waiting == active)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(50));
            }

            await Yield();
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Yield();
        }
    }

    private static async Task Yield()
    {
        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
    }

    private static Window Window(string report, DateTimeOffset from, int days)
    {
        var day = DateOnly.FromDateTime(from.UtcDateTime);
        return new Window("anthropic", "acme", report, day, day.AddDays(days - 1));
    }

    private Task ReadAsync(Window window) =>
        ReadAsync(window, VendorBench.Secret, TestContext.Current.CancellationToken);

    private async Task ReadAsync(Window window, string key, CancellationToken cancellationToken)
    {
        var fetch = new FetchContext(
            window, _bench.Account("anthropic", window.Account, key), "org-1", _bench.Clock.GetUtcNow().AddSeconds(570),
            (_, _) => ValueTask.CompletedTask, new Drift());
        await foreach (var _ in _bench.Connector("anthropic").FetchAsync(fetch, cancellationToken))
        {
            // Only that it ends matters here.
        }
    }

    /// <summary>
    /// Allows so many requests in each period, all endpoints together, and refuses the others without a word on when.
    /// </summary>
    private sealed class Limited(TimeProvider clock) : HttpMessageHandler
    {
        private readonly Lock _lock = new();
        private long _current;
        private int _inThis;
        private int _underWay;

        public TimeSpan Period { get; set; }

        public int Most { get; set; }

        public DateTimeOffset Started { get; set; } = VendorBench.Now;

        public DateTimeOffset RefusesUntil { get; set; }

        /// <summary>Whose requests are limited; everyone's where it is null.</summary>
        public string? Key { get; set; }

        public int Answered { get; private set; }

        public int Refused { get; private set; }

        public int MaxAtOnceAfterRefusal { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bool allowed;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                var number = (now - Started).Ticks / Period.Ticks;
                (_current, _inThis) = number == _current ? (_current, _inThis) : (number, 0);
                var isLimited = Key is null || request.Headers.GetValues("x-api-key").Contains(Key);
                allowed = !isLimited || (now >= RefusesUntil && _inThis < Most);
                _inThis += allowed && isLimited ? 1 : 0;
                (Answered, Refused) = allowed ? (Answered + 1, Refused) : (Answered, Refused + 1);
                _underWay++;
                MaxAtOnceAfterRefusal = allowed && Refused > 0 ? Math.Max(MaxAtOnceAfterRefusal, _underWay) : 0;
            }

            await Task.Yield();
            lock (_lock)
            {
                _underWay--;
            }

            return new HttpResponseMessage(allowed ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests)
            {
                Content = new StringContent(allowed ? Good : Busy, Encoding.UTF8, "application/json"),
            };
        }
    }
}
