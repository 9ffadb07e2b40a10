using System.Globalization;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors.Other;

/// <summary>The whole service reads a vendor that a file describes, like any other.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class OtherServiceTests
{
    private static readonly DateOnly First = new(2026, 11, 1);

    [Fact]
    public async Task A_described_vendor_is_planned_read_loaded_and_shown_and_read_again_is_not_doubled()
    {
        await using var host = await StartServiceAsync();
        host.Vendor.On("/user/daily/activity", Answers.Read("Other", "litellm-1"), page: "1")
            .On("/user/daily/activity", Answers.Read("Other", "litellm-2"), page: "2");

        var run = await host.RunAsync("litellm", "daily_activity", First, First.AddDays(1));

        run.State.ShouldBe("completed", string.Join(' ', run.Windows.Select(window => window.Reason)));
        run.Windows.ShouldHaveSingleItem().Drift.ShouldBeEmpty();
        run.Totals.EstimatedUsd.ShouldBe(1.35m);
        (await host.AskAsync(
            "SELECT usage_date, SUM(input_uncached_tokens), SUM(cache_read_tokens), SUM(output_tokens), SUM(requests) "
                + "FROM usage WHERE vendor = 'litellm' GROUP BY usage_date ORDER BY usage_date"))
            .Select(row => row.Skip(1).Select(Number).ToList())
            .ShouldBe([[5, 2, 3, 1], [526, 400, 1720, 14]]);
        (await host.AskAsync("SELECT model, api_key_id, amount_usd, grain, account_id FROM cost_estimated ORDER BY 3"))
            .ShouldBe(
                [
                    ["claude-sonnet-4-5", "91aa", 0m, "sub_account_id_api_key_id_model.v1", "acme"],
                    ["gpt-4o", "28d6", 0.25m, "sub_account_id_api_key_id_model.v1", "acme"],
                    ["claude-sonnet-4-5", "28d6", 1.1m, "sub_account_id_api_key_id_model.v1", "acme"],
                ]);
        (await host.AskAsync("SELECT COUNT(*) FROM daily_cost"))[0][0].ShouldBe(0L, "an estimate is not billed");
        (await host.GetAsync("vendors")).GetProperty("vendors").EnumerateArray()
            .Single(vendor => vendor.GetProperty("vendor").GetString() == "litellm")
            .GetProperty("accounts")[0].GetProperty("account").GetString().ShouldBe("acme");

        var again = await host.RunAsync("litellm", "daily_activity", First, First.AddDays(1), ",\"force\":true");
        again.State.ShouldBe("completed");
        (await host.AskAsync("SELECT COUNT(*), SUM(amount_usd) FROM cost_estimated")).ShouldBe([[3L, 1.35m]]);
    }

    [Fact]
    public async Task A_trigger_that_names_no_vendor_reads_it_too()
    {
        await using var host = await StartServiceAsync();
        host.Vendor.On(
            "/user/daily/activity",
            """{"results":[],"metadata":{"total_pages":0,"has_more":false}}""",
            page: "1");

        var run = await host.RunAsync();

        run.Windows.Where(window => window.Vendor == "litellm").ShouldNotBeEmpty();
        run.Windows.Where(window => window.Vendor == "litellm").ShouldAllBe(window => window.State == "empty");
    }

    private static Task<ServiceHost> StartServiceAsync() => ServiceHost.StartAsync(
        accounts: [("Other:litellm", "acme", "sk-litellm-a-test-key")],
        configure: builder => builder.Configuration.AddInMemoryCollection(
            [
                new(
                    "Vendors:Other:litellm",
                    $"file:{Path.Combine(AppContext.BaseDirectory, "Vendors", "Other", "litellm.json")}"),
            ]));

    private static decimal Number(object? value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}
