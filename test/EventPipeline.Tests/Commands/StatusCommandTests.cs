using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary>Whether yesterday's data is in, in one line.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class StatusCommandTests : IAsyncLifetime
{
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await ServiceHost.StartAsync(configure: builder =>
        {
            builder.Configuration["Vendors:Anthropic:Accounts:0:Reports:0"] = "cost";
            builder.Configuration["Vendors:OpenAI:Accounts:0:Reports:0"] = "cost";
        });

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task It_says_what_is_missing_until_everything_is_in()
    {
        (await RunAsync()).ShouldBe((1, "Nothing has run yet.\n", ""));
        var day = _host.Yesterday;
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        var first = await _host.RunAsync("anthropic", "cost", day, day);

        (await RunAsync()).ShouldBe((
            1,
            $"{day:yyyy-MM-dd} is not all in: 1 of 2 reports, not openai/acme/cost. The last run, {first.RunId}, "
            + $"completed at {first.EndedAt!.Value.UtcDateTime:yyyy-MM-dd HH:mm} UTC. No dead letter is open.\n",
            ""));
        _host.Vendor.OnDays("/v1/organization/costs", _ => "");
        await _host.RunAsync("openai", "cost", day, day);
        var (code, line, _) = await RunAsync();
        code.ShouldBe(0);
        line.ShouldStartWith($"{day:yyyy-MM-dd} is in, 2 of 2 reports. The last run, ");

        // An older hole is not yesterday's.
        await _host.RunAsync("anthropic", "cost", day.AddDays(-40), day.AddDays(-40));
        (await RunAsync()).Code.ShouldBe(0);

        var json = JsonElement.Parse((await RunAsync("--json")).Output);
        json.GetProperty("openDeadLetters").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_report_that_is_refused_is_no_gap_and_one_that_failed_is()
    {
        var day = _host.Yesterday;
        _host.Vendor.On(
            CostRows.Path,
            """{"type":"error","error":{"type":"permission_error","message":"No."}}""",
            status: 403);
        _host.Vendor.On("/v1/organization/costs", """{"error":{"message":"No such thing."}}""", status: 400);
        await _host.RunAsync($$"""{"from":"{{day:yyyy-MM-dd}}"}""");

        var (code, line, _) = await RunAsync();

        code.ShouldBe(1);
        line.ShouldStartWith($"{day:yyyy-MM-dd} is not all in: 0 of 1 reports, not openai/acme/cost, and 1 refused. ");
        line.ShouldEndWith(" 1 dead letter is open: `dead-letters list`.\n");
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        StatusCommand.Create(
            (_, _) => Task.FromResult(new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress })))
        .TypeAsync(arguments);
}
