using EventPipeline.Local.Broker;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Broker;

/// <summary>A command that only asks leaves the messages in a folder to the next service.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class UndeliveredTests
{
    [Fact]
    public async Task What_a_service_without_deliveries_takes_and_finds_the_next_one_delivers()
    {
        using var folder = new TemporaryFolder();
        var day = new DateOnly(2025, 1, 1);
        string first, second;
        await using (var host = await StartAsync(folder))
        {
            first = await host.RequestAsync("anthropic", "cost", day, day);
        }

        await using (var host = await StartAsync(folder))
        {
            second = await host.RequestAsync("anthropic", "cost", day.AddDays(1), day.AddDays(1));
            foreach (var runId in new[] { first, second })
            {
                var run = await host.RunOfAsync(runId);
                (run.State, run.Windows.Count).ShouldBe(("running", 0));
            }
        }

        await using var next = await ServiceHost.StartAsync(folder, configure: null);
        next.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await next.IdleAsync();

        (await next.RunOfAsync(first)).State.ShouldBe("completed");
        (await next.RunOfAsync(second)).State.ShouldBe("completed");
    }

    private static Task<ServiceHost> StartAsync(TemporaryFolder folder) => ServiceHost.StartAsync(
        folder,
        configure: builder => builder.Services.PostConfigure<BrokerOptions>(options => options.Delivers = false));
}
