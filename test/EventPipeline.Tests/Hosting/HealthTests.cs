using System.Net;
using System.Text.Json;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Hosting;

/// <summary>What probes are told.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class HealthTests
{
    private static readonly DateOnly Day = new(2025, 1, 1);

    [Fact]
    public async Task Liveness_touches_nothing_while_health_and_readiness_tell_that_the_warehouse_is_down()
    {
        await using var host = await ServiceHost.StartAsync();
        (await host.GetAsync("ready")).GetProperty("state").GetString().ShouldBe("ready");
        (await host.GetAsync("health")).GetProperty("state").GetString().ShouldBe("healthy");
        host.Warehouse.Before = _ => throw new IOException("The file is gone.");
        var calls = host.Warehouse.Calls;

        (await host.GetAsync("liveness")).GetProperty("state").GetString().ShouldBe("alive");

        host.Warehouse.Calls.ShouldBe(calls);
        host.Vendor.Asked.ShouldBeEmpty();
        (await host.GetAsync("ready", HttpStatusCode.ServiceUnavailable))
            .GetProperty("state")
            .GetString()
            .ShouldBe("not ready");
        var health = await host.GetAsync("health", HttpStatusCode.ServiceUnavailable);
        health.GetProperty("state").GetString().ShouldBe("down");
        StateOf(health, "warehouse").ShouldBe("down");
        StateOf(health, "publisher").ShouldBe("healthy");
    }

    [Fact]
    public async Task What_is_down_is_one_warning_in_the_log_and_its_words_are_the_operators()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Warehouse.Before = _ => throw new IOException("The file is gone.");

        var health = await host.GetAsync("health", HttpStatusCode.ServiceUnavailable);

        ReasonOf(health, "warehouse").ShouldBe("It failed with IOException; see the log for details.");
        ReasonOf(health, "publisher").ShouldBeNull();
        host.Log.All.Where(line => line.Contains("The component warehouse is down.", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldStartWith("Warning EventPipeline.Hosting.HealthEndpoints");
        host.Log.All.Select(line => line.Split(' ')[1])
            .ShouldNotContain(of => of.StartsWith("Microsoft.Extensions.Diagnostics", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_does_not_answer_in_time_is_down_and_said_so()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Warehouse.Before = _ => throw new OperationCanceledException();

        var ready = await host.GetAsync("ready", HttpStatusCode.ServiceUnavailable);

        ready.GetProperty("reason").GetString().ShouldBe("It did not answer within 5 s.");
    }

    [Fact]
    public async Task Every_component_is_told_in_the_same_order_with_its_latency()
    {
        await using var host = await ServiceHost.StartAsync();

        var health = await host.GetAsync("health");

        var components = health.GetProperty("components").EnumerateArray().ToList();
        components.Select(each => each.GetProperty("name").GetString())
            .ShouldBe(["warehouse", "publisher", "secrets", "vendor anthropic", "vendor openai"]);
        components.ShouldAllBe(each => each.GetProperty("latencyMs").GetDouble() >= 0);
    }

    [Fact]
    public async Task A_vendor_whose_last_result_was_bad_makes_the_service_degraded_and_its_next_good_one_healthy()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);
        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("rejected");

        var health = await host.GetAsync("health");
        health.GetProperty("state").GetString().ShouldBe("degraded");
        (StateOf(health, "vendor anthropic"), StateOf(health, "vendor openai")).ShouldBe(("degraded", "healthy"));
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");

        (await host.GetAsync("health")).GetProperty("state").GetString().ShouldBe("healthy");
    }

    [Fact]
    public async Task Results_of_vendors_that_cannot_be_looked_up_make_the_service_degraded_and_no_error()
    {
        await using var host = await ServiceHost.StartAsync();
        host.Warehouse.Before = statement =>
        {
            if (statement.Name == "freshness")
            {
                throw new TransientFailureException("The view is not there.");
            }
        };

        var health = await host.GetAsync("health");

        health.GetProperty("state").GetString().ShouldBe("degraded");
        (StateOf(health, "warehouse"), StateOf(health, "vendors")).ShouldBe(("healthy", "degraded"));
    }

    [Fact]
    public async Task An_account_that_is_no_longer_configured_does_not_keep_the_service_degraded()
    {
        using var folder = new TemporaryFolder();
        await using (
            var host = await ServiceHost.StartAsync(
                folder, [("Anthropic", "acme", "key-1"), ("Anthropic", "copy", "key-2")]))
        {
            host.Vendor.OnDays(CostRows.Path, CostRows.Of);
            (await host.RunAsync("anthropic", "cost", Day, Day)).State.ShouldBe("failed");
            (await host.GetAsync("health")).GetProperty("state").GetString().ShouldBe("degraded");
        }

        await using var mended = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-1")]);

        (await mended.GetAsync("health")).GetProperty("state").GetString().ShouldBe("healthy");
    }

    private static string? StateOf(JsonElement health, string component) =>
        Find(health, component).GetProperty("state").GetString();

    private static string? ReasonOf(JsonElement health, string component) =>
        Find(health, component).GetProperty("reason").GetString();

    private static JsonElement Find(JsonElement health, string component) => health.GetProperty("components")
        .EnumerateArray()
        .Single(each => each.GetProperty("name").GetString() == component);
}
