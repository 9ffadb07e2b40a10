using System.Collections.Concurrent;
using System.Net;
using System.Text;
using EventPipeline.Vendors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Vendors;

/// <summary>Many windows of one account at once, at vendors that refuse without saying until when.</summary>
public sealed class BackPressureTests
{
    private const string Busy = """{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}""";
    private const string Good = """{"data":[],"has_more":false,"next_page":null}""";
    private readonly FakeTimeProvider _clock = new(VendorBench.Now);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    public async Task A_backfill_at_a_vendor_that_allows_40_requests_a_minute_ends_in_one_attempt_per_window(int workers)
    {
        using var vendor = new Limited(_clock, TimeSpan.FromMinutes(1), 40);

        var (requests, attempts, windows) = await BackfillAsync(vendor, workers);

        attempts.ShouldBe(windows);
        requests.ShouldBe(180);
        vendor.Answered.ShouldBe(requests);
        vendor.Refused.ShouldBeLessThanOrEqualTo(20 + workers, "Before, 63 of 100 requests were refused.");
    }

    [Fact]
    public async Task So_it_does_where_the_minute_is_nearly_over_when_it_begins()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromMinutes(1), 40) { Started = VendorBench.Now.AddSeconds(-35) };

        var (requests, attempts, windows) = await BackfillAsync(vendor, 8);

        attempts.ShouldBe(windows);
        vendor.Answered.ShouldBe(requests);
        vendor.Refused.ShouldBeLessThanOrEqualTo(28);
    }

    [Fact]
    public async Task A_limit_per_second_is_learned()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromSeconds(1), 3);

        var (requests, attempts, windows) = await BackfillAsync(vendor, 8);

        attempts.ShouldBe(windows);
        vendor.Answered.ShouldBe(requests);
        vendor.Refused.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task A_vendor_that_refuses_for_ten_minutes_is_asked_now_and_then_by_one_request_and_then_by_all()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromMinutes(1), 1_000) { RefusesUntil = VendorBench.Now.AddMinutes(10) };

        var (requests, attempts, windows) = await BackfillAsync(vendor, 4);

        vendor.Answered.ShouldBe(requests);
        vendor.Refused.ShouldBeLessThanOrEqualTo(4 + 4 + 20, "Four at once, four growing waits, then one a minute.");
        attempts.ShouldBe(windows + 4, "Each of the four that had begun ran out of its attempt's time once.");
        _clock.GetUtcNow().ShouldBeLessThan(VendorBench.Now.AddMinutes(14));
    }

    [Fact]
    public async Task The_last_refusal_of_an_attempt_says_what_the_vendor_said()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromMinutes(1), 0);
        using var bench = new VendorBench(vendor, _clock);
        var reading = Task.Run(() => ReadAsync(bench, Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);

        await PassAsync(bench, () => reading.IsCompleted ? 0 : 1);

        var failure = await Should.ThrowAsync<TransientFailureException>(reading);
        failure.Message.ShouldContain("answered 429");
        failure.Message.ShouldContain("slow down");
        _clock.GetUtcNow().ShouldBeLessThanOrEqualTo(VendorBench.Now.AddSeconds(570));
    }

    [Fact]
    public async Task After_a_refusal_one_request_tries_while_the_others_wait()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromHours(1), 0);
        using var bench = new VendorBench(vendor, _clock);
        var running = 6;
        var readings = Enumerable.Range(0, 6).Select(number => Task.Run(
            async () =>
            {
                try
                {
                    await ReadAsync(bench, Window("cost", VendorBench.Now.AddDays(-number), 1));
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            },
            TestContext.Current.CancellationToken)).ToList();
        await UntilAsync(() => Line(bench).Waiting == 6);
        var before = vendor.Refused;

        vendor.Most = 1_000;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await PassAsync(bench, () => Volatile.Read(ref running));

        await Task.WhenAll(readings);
        before.ShouldBeLessThanOrEqualTo(6);
        vendor.Refused.ShouldBe(before);
        vendor.MostAtOnceAfterRefusal.ShouldBeLessThanOrEqualTo(2, "Four answers allow a second request.");
    }

    [Fact]
    public async Task Giving_up_while_waiting_for_a_turn_leaves_the_line()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromHours(1), 0);
        using var bench = new VendorBench(vendor, _clock);
        using var caller = new CancellationTokenSource();
        var readings = Enumerable.Range(0, 3).Select(_ => Task.Run(
            () => ReadAsync(bench, Window("cost", VendorBench.Now, 1), caller.Token), TestContext.Current.CancellationToken)).ToList();
        await UntilAsync(() => Line(bench).Waiting == 3);

        await caller.CancelAsync();

        foreach (var reading in readings)
        {
            await Should.ThrowAsync<OperationCanceledException>(reading);
        }

        Line(bench).Waiting.ShouldBe(0);
        vendor.Most = 1;
        var after = Task.Run(() => ReadAsync(bench, Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);
        await PassAsync(bench, () => after.IsCompleted ? 0 : 1);
        await after;
    }

    [Fact]
    public async Task One_accounts_refusals_delay_no_other_account()
    {
        using var vendor = new Limited(_clock, TimeSpan.FromHours(1), 0) { Key = VendorBench.Secret };
        using var bench = new VendorBench(vendor, _clock);
        var refused = Task.Run(() => ReadAsync(bench, Window("cost", VendorBench.Now, 1)), TestContext.Current.CancellationToken);
        await UntilAsync(() => Line(bench).Waiting == 1);

        await ReadAsync(bench, Window("cost", VendorBench.Now, 1) with { Account = "globex" }, key: "sk-ant-admin01-of-globex");

        Line(bench).Waiting.ShouldBe(1);
        vendor.Answered.ShouldBe(1);
        vendor.Most = 1;
        await PassAsync(bench, () => refused.IsCompleted ? 0 : 1);
        await refused;
    }

    private static AccountLine Line(VendorBench bench) => bench.Services.GetRequiredService<BackPressure>().LineOf("anthropic/acme");

    /// <summary>Five months of three reports; a window whose attempt failed is read again, five times at most.</summary>
    private async Task<(int Requests, int Attempts, int Windows)> BackfillAsync(Limited vendor, int workers)
    {
        var start = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var windows = new ConcurrentQueue<Window>(
        [
            .. Enumerable.Range(0, 22).Select(week => Window("messages_usage", start.AddDays(7 * week), 7)),
            .. Enumerable.Range(0, 22).Select(week => Window("claude_code", start.AddDays(7 * week), 7)),
            .. Enumerable.Range(0, 4).Select(month => Window("cost", start.AddDays(31 * month), 31)),
        ]);
        var (count, running, attempts) = (windows.Count, workers, 0);
        using var bench = new VendorBench(vendor, _clock);
        var tasks = Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync, TestContext.Current.CancellationToken)).ToList();
        await PassAsync(bench, () => Volatile.Read(ref running));
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
                            await ReadAsync(bench, window);
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
    private async Task PassAsync(VendorBench bench, Func<int> running)
    {
        var line = Line(bench);
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

    private static async Task ReadAsync(
        VendorBench bench, Window window, CancellationToken cancellationToken = default, string key = VendorBench.Secret)
    {
        var fetch = new FetchContext(
            window, bench.Account("anthropic", window.Account, key), "org-1", bench.Clock.GetUtcNow().AddSeconds(570),
            (_, _) => ValueTask.CompletedTask, new Drift());
        await foreach (var _ in bench.Connector("anthropic").FetchAsync(fetch, cancellationToken))
        {
            // Only that it ends matters here.
        }
    }

    /// <summary>Allows so many requests in each period, all endpoints together, and refuses the others without a word on when.</summary>
    private sealed class Limited(TimeProvider clock, TimeSpan period, int most) : HttpMessageHandler
    {
        private readonly Lock _lock = new();
        private long _current;
        private int _inThis;
        private int _underWay;

        public int Most { get; set; } = most;

        public DateTimeOffset Started { get; init; } = VendorBench.Now;

        public DateTimeOffset RefusesUntil { get; init; }

        /// <summary>Whose requests are limited; everyone's where it is null.</summary>
        public string? Key { get; init; }

        public int Answered { get; private set; }

        public int Refused { get; private set; }

        public int MostAtOnceAfterRefusal { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bool allowed;
            lock (_lock)
            {
                var now = clock.GetUtcNow();
                var number = (now - Started).Ticks / period.Ticks;
                (_current, _inThis) = number == _current ? (_current, _inThis) : (number, 0);
                var isLimited = Key is null || request.Headers.GetValues("x-api-key").Contains(Key);
                allowed = !isLimited || (now >= RefusesUntil && _inThis < Most);
                _inThis += allowed && isLimited ? 1 : 0;
                (Answered, Refused) = allowed ? (Answered + 1, Refused) : (Answered, Refused + 1);
                _underWay++;
                MostAtOnceAfterRefusal = allowed && Refused > 0 ? Math.Max(MostAtOnceAfterRefusal, _underWay) : 0;
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
