using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Vendors;

/// <summary>A host that answers nobody is not asked for a while, so that its windows hold up no others.</summary>
public sealed class CircuitTests : IDisposable
{
    private const string Cost = "/v1/organizations/cost_report";
    private const string Good = """{ "data": [], "has_more": false, "next_page": null }""";
    private static readonly Uri Elsewhere = new("https://elsewhere.test/");

    private readonly StubVendor _vendor = new();
    private readonly WaitingClock _clock = new();
    private readonly VendorBench _bench;

    public CircuitTests() => _bench = new VendorBench(_vendor, _clock);

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    [Fact]
    public async Task After_ten_requests_without_an_answer_a_host_is_not_asked_for_a_minute_and_others_are()
    {
        Unreachable(10);
        (await FailAsync(1, 2, 4, 8, 16)).ShouldContain("vendor.test could not be reached");
        (await FailAsync(1, 2, 4, 8)).ShouldContain("vendor.test has answered none of the last requests");
        (await FailAsync()).ShouldContain("vendor.test has answered none of the last requests");
        _vendor.Asked.Count.ShouldBe(10);

        _vendor.On(Cost, Good).On(Cost, Good);
        await ReadAsync(Elsewhere);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await ReadAsync();

        _vendor.Asked.Count.ShouldBe(12);
    }

    [Fact]
    public async Task One_request_finds_out_whether_it_is_back_and_the_next_minute_passes_if_it_is_not()
    {
        Unreachable(11);
        await FailAsync(1, 2, 4, 8, 16);
        await FailAsync(1, 2, 4, 8);
        _clock.Advance(TimeSpan.FromSeconds(60));

        (await FailAsync(1)).ShouldContain("vendor.test has answered none of the last requests");

        _vendor.Asked.Count.ShouldBe(11);
    }

    [Fact]
    public async Task An_answer_to_anybody_shows_that_the_host_is_there()
    {
        Unreachable(6);
        await FailAsync(1, 2, 4, 8, 16);
        _vendor.On(Cost, Good);
        await ReadAsync();

        Unreachable(6);
        (await FailAsync(1, 2, 4, 8, 16)).ShouldContain("vendor.test could not be reached");

        _vendor.Asked.Count.ShouldBe(13);
    }

    private void Unreachable(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _vendor.On(Cost, HttpResponseMessage () => throw new HttpRequestException("Connection refused"));
        }
    }

    /// <summary>Reads in vain, waiting so many seconds at most between two tries.</summary>
    private async Task<string> FailAsync(params int[] waits)
    {
        var failure = _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");
        foreach (var longest in waits)
        {
            await _clock.PassAsync(TimeSpan.FromSeconds(longest / 2.0), TimeSpan.FromSeconds(longest));
        }

        // Only a window that was not asked for may wait for as long as a held-off account.
        var (message, isHeldOff) = ((await failure).Message, (await failure).IsHeldOff);
        isHeldOff.ShouldBe(message.Contains("answered none of the last requests", StringComparison.Ordinal));
        return message;
    }

    private Task<List<VendorItem>> ReadAsync(Uri? address = null) =>
        _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01", address: address);
}
