using System.Net;
using System.Text;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Trigger;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Fetch;

/// <summary>
/// A day with fewer load jobs than windows: those of a vendor share a message, and each ends by itself.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeSharedFetchTests : IAsyncLifetime
{
    private const string Daily = """{"vendors":["anthropic"],"reports":["cost"]}""";

    private static readonly (string, string, string)[] Three =
    [
        ("Anthropic", "acme", "key-acme"),
        ("Anthropic", "labs", "key-labs"),
        ("Anthropic", "sales", "key-sales"),
    ];

    private ServiceHost _host = null!;
    private int _others;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync(accounts: Three);
        _host.Warehouse.MaxLoadsPerDay = 1;
        _host.Vendor.On("/v1/organizations/me", context => VendorServer.WriteAsync(
            context, $$"""{"id":"org-of-{{KeyOf(context)}}","type":"organization"}""", 200));
        Answer(_ => null);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task All_end_loaded_by_one_message()
    {
        var run = await _host.RunAsync(Daily);

        run.State.ShouldBe("completed");
        run.Windows.Select(window => (window.Account, window.State)).ShouldBe(
            [("acme", "loaded"), ("labs", "loaded"), ("sales", "loaded")], ignoreOrder: true);
        (await MessagesAsync(run)).Values.Distinct().ShouldHaveSingleItem();
        (await _host.AskAsync("SELECT COUNT(*), SUM(amount_usd) FROM daily_cost")).ShouldBe([[3L, 3.5m]]);
        (await _host.CountAsync("run_events WHERE event = 'completed'")).ShouldBe(1);

        var again = await _host.RunAsync(Daily);

        again.State.ShouldBe("completed");
        again.Windows.ShouldAllBe(window => window.State == "unchanged");
        (await MessagesAsync(again)).Values.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_window_that_is_rejected_becomes_a_dead_letter_alone_and_its_replay_completes_the_run()
    {
        Answer(key => key == "key-labs"
            ? (401, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""")
            : null);

        var run = await _host.RunAsync(Daily);

        run.State.ShouldBe("failed");
        run.Windows.Select(window => (window.Account, window.State)).ShouldBe(
            [("acme", "loaded"), ("labs", "rejected"), ("sales", "loaded")], ignoreOrder: true);
        (await _host.CountAsync("run_events WHERE event = 'window_ended' AND state = 'rejected'")).ShouldBe(1);
        var letter = (await _host.GetAsync("dead-letters")).EnumerateArray().Single();
        var id = letter.GetProperty("id").GetString()!;
        var payload = (await _host.GetAsync($"dead-letters/{id}")).GetProperty("payload").GetString()!;
        FetchRequestedReader.Read(Encoding.UTF8.GetBytes(payload)).Each().ShouldHaveSingleItem().Account.ShouldBe("labs");

        Answer(_ => null);
        (await _host.PostAsync($"dead-letters/{id}/replay", "")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.IdleAsync();

        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("completed");
        (await _host.AskAsync("SELECT COUNT(*), SUM(amount_usd) FROM daily_cost")).ShouldBe([[3L, 3.5m]]);
    }

    [Fact]
    public async Task A_window_whose_vendor_fails_is_tried_again_alone_and_the_others_are_not_read_again()
    {
        var failures = 0;
        Answer(key => key == "key-labs" && ++failures <= 8 ? (500, "{}") : null);

        var run = await _host.RunAsync(Daily);

        run.State.ShouldBe("completed");
        failures.ShouldBeGreaterThan(8);
        var messages = await MessagesAsync(run);
        messages["acme"].ShouldBe(messages["sales"]);
        messages["labs"].ShouldNotBe(messages["acme"]);
        run.Windows.Single(window => window.Account == "labs").Attempts.ShouldBeGreaterThan(1);
        _others.ShouldBe(2);
        (await _host.CountAsync("slice_versions")).ShouldBe(3);
    }

    [Fact]
    public async Task What_Pub_Sub_gave_up_ends_every_window_of_it()
    {
        var (from, to) = (_host.Yesterday, _host.Yesterday);
        var run = await _host.RunAsync(Daily);
        var body = FetchRequestedReader.Write(
            new FetchRequested(run.RunId, RunMode.Production, "anthropic", "acme", "cost", from, to)
            {
                Others = [new("labs", "cost", from, to), new("gone", "cost", from, to)],
            });
        var copy = Pushes.Wrapped(
            Encoding.UTF8.GetString(body),
            "copy-1",
            [
                ("ce-type", FetchRequested.EventType),
                ("ce-id", "r-1.w"),
                ("ce-source", "//tests"),
                ("ce-specversion", "1.0"),
                ("CloudPubSubDeadLetterSourceDeliveryCount", "30"),
                ("CloudPubSubDeadLetterSourceSubscription", "fetch-push"),
                ("CloudPubSubDeadLetterSourceSubscriptionProject", "p"),
            ]);

        (await _host.PostAsync("events/dead-lettered", copy)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _host.PostAsync("events/dead-lettered", copy)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await _host.AskAsync(
            "SELECT account, state FROM run_events WHERE event = 'window_ended' AND state = 'failed' ORDER BY 1"))
            .ShouldBe([["acme", "failed"], ["gone", "failed"], ["labs", "failed"]]);
        (await _host.RunOfAsync(run.RunId)).Windows.Single(window => window.Account == "acme").State
            .ShouldBe("loaded", "it has succeeded");
    }

    /// <summary>The vendor's costs: 1 dollar of acme, 2 of labs and 0.5 of sales, or what a test says.</summary>
    private void Answer(Func<string, (int Status, string Body)?> instead) => _host.Vendor.On(
        CostRows.Path,
        context =>
        {
            var key = KeyOf(context);
            _others += key == "key-labs" ? 0 : 1;
            var (status, body) = instead(key) ?? (200, VendorServer.Buckets(
                context.Request.Query, _ => CostRows.Row(key switch
                {
                    "key-acme" => "100",
                    "key-labs" => "200",
                    _ => "50",
                })));
            return VendorServer.WriteAsync(context, body, status);
        });

    /// <summary>The message that ended each account's window.</summary>
    private async Task<Dictionary<string, string>> MessagesAsync(RunDocument run) =>
        (await _host.AskAsync(
            $"SELECT account, MAX(message_id) FROM slice_versions WHERE run_id = '{run.RunId}' GROUP BY 1"))
        .ToDictionary(row => (string)row[0]!, row => (string)row[1]!);

    private static string KeyOf(HttpContext context) => context.Request.Headers["x-api-key"].ToString();
}
