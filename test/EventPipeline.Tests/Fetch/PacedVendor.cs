using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EventPipeline.Fetch;
using EventPipeline.Tests.Load;
using EventPipeline.Vendors.Anthropic;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Fetch;

/// <summary>
/// A vendor that answers a page a day, each after as long as a test says: the clock moves while it is asked, and only
/// then.
/// </summary>
internal sealed class PacedVendor : IVendorConnector
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    public Vendor Vendor => AnthropicConnector.Self;

    /// <summary>The days of every question, e.g. <c>01..10</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>How long a day takes to arrive after its page has begun, in seconds.</summary>
    public Func<DateOnly, double> Seconds { get; set; } = _ => 0;

    /// <summary>How long it says nothing at all, in seconds.</summary>
    public double Silence { get; set; }

    /// <summary>What a day costs, US dollars; null for a day without rows.</summary>
    public Func<DateOnly, decimal?> Usd { get; set; } = UsdOf;

    /// <summary>Called when a question has arrived, before anything is answered.</summary>
    public Func<Window, Task> Before { get; set; } = _ => Task.CompletedTask;

    public static decimal? UsdOf(DateOnly day) => day.Day + 0.25m;

    /// <summary>
    /// Takes Anthropic's place. Only attempts have the clock that moves: the broker waits for their answers.
    /// </summary>
    public void Serve(WebApplicationBuilder builder) => builder.Services
        .AddScoped(provider => ActivatorUtilities.CreateInstance<WindowAttempt>(provider, _clock))
        .AddKeyedSingleton<IVendorConnector>("anthropic", this);

    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(new OrganizationIds("org-1", null));

    public async IAsyncEnumerable<VendorItem> FetchAsync(
        FetchContext fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{fetch.Window.From:dd}..{fetch.Window.To:dd}");
        await Before(fetch.Window);
        Pass(Silence, cancellationToken);
        foreach (var (index, day) in fetch.Window.EachDay().Index())
        {
            await fetch.KeepPage(new PagePart(index + 1, 1, "hash", 200, "{}"u8.ToArray()), cancellationToken);
            Pass(Seconds(day), cancellationToken);
            yield return new BucketArrived(day);
            if (Usd(day) is { } usd)
            {
                yield return BilledCost.Of(day, RowKey.Create("a", $"{day:O}"), usd) with
                {
                    AccountId = fetch.AccountId,
                };
            }
        }
    }

    /// <summary>Time passes for the attempts that are under way.</summary>
    public void Pass(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private void Pass(double seconds, CancellationToken cancellationToken)
    {
        Pass(seconds);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
