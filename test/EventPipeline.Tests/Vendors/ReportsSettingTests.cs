using EventPipeline.Vendors;
using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors;

/// <summary>Which reports of an account are read is a list in its settings, and it is checked at the start.</summary>
public sealed class ReportsSettingTests
{
    private const string List = "Vendors:Anthropic:Accounts:0:Reports";
    private const string Variable = "Vendors__Anthropic__Accounts__0__Reports";

    [Fact]
    public void An_account_without_the_list_reads_every_report_of_its_source() =>
        ReportsOf().ShouldBe(["messages_usage", "cost", "claude_code", "names"]);

    [Fact]
    public void A_list_that_is_empty_is_no_list() =>
        ReportsOf((List, "")).ShouldBe(["messages_usage", "cost", "claude_code", "names"]);

    [Fact]
    public void An_account_reads_the_reports_of_its_list_in_the_vendors_order() =>
        ReportsOf(($"{List}:0", "names"), ($"{List}:1", "cost")).ShouldBe(["cost", "names"]);

    [Fact]
    public void The_list_is_of_the_source_that_the_account_is_read_from() =>
        ReportsOf(("Vendors:Anthropic:Accounts:0:Source", "enterprise"), ($"{List}:0", "user_activity"))
            .ShouldBe(["user_activity"]);

    [Theory]
    [InlineData(":0", "costs", "__0 is 'costs', which is not a report of Anthropic. Did you mean 'cost'? Valid values: "
        + "messages_usage, cost, claude_code, names.")]
    [InlineData(":0", "Cost", "__0 is 'Cost', which is not a report of Anthropic. Did you mean 'cost'?")]
    [InlineData(":0", "analytics_cost", "__0 is 'analytics_cost', which the account's source 'console' does not have; "
        + "'console_analytics' and 'enterprise' have it. Valid values: messages_usage, cost, claude_code, names.")]
    [InlineData(":0", "user_activity", "__0 is 'user_activity', which the account's source 'console' does not have; "
        + "'enterprise' and 'enterprise_legacy' have it.")]
    [InlineData(":0", "completions_usage", "__0 is 'completions_usage', which is not a report of Anthropic.")]
    [InlineData(":0", "", "__0 is empty; name a report or remove it. Valid values: messages_usage,")]
    [InlineData(":first", "cost", "__first is not numbered; reports are a list, numbered from 0.")]
    [InlineData(":0:Name", "cost", "__0 is a report's name, not a section")]
    [InlineData("", "cost,names", " is a list, not a value: name one report in each variable, numbered from 0, for "
        + $"example {Variable}__0=messages_usage.")]
    public void A_mistake_is_told_with_what_may_be_named(string below, string value, string told) =>
        Should.Throw<ConfigurationMistakesException>(() => Read(($"{List}{below}", value)))
            .Mistakes.ShouldHaveSingleItem().ShouldStartWith($"{Variable}{told}");

    [Fact]
    public void Every_mistake_of_a_list_is_told_at_once() =>
        Should.Throw<ConfigurationMistakesException>(
                () => Read(($"{List}:0", "cost"), ($"{List}:1", "cost"), ($"{List}:2", "nothing")))
            .Mistakes.Count.ShouldBe(2);

    [Fact]
    public void A_source_that_is_wrong_is_the_only_mistake() =>
        Should.Throw<ConfigurationMistakesException>(
                () => Read(("Vendors:Anthropic:Accounts:0:Source", "analytics"), ($"{List}:0", "analytics_cost")))
            .Mistakes.ShouldHaveSingleItem().ShouldContain("Source is 'analytics'");

    private static IEnumerable<string> ReportsOf(params (string Key, string? Value)[] settings)
    {
        var account = Read(settings).Accounts.All.ShouldHaveSingleItem();
        return VendorServiceCollectionExtensions.Known.Single(vendor => vendor.Name == account.Vendor)
            .ReportsOf(account).Select(report => report.Name);
    }

    private static VendorSettings Read(params (string Key, string? Value)[] settings) => VendorSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Vendors:Anthropic:Accounts:0:Name", "acme"),
            new("Vendors:Anthropic:Accounts:0:Secret", "env:KEY"),
            .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)),
        ]).Build(),
        VendorServiceCollectionExtensions.Known,
        new Secrets([new EnvironmentSecrets(_ => "sk-ant-admin01-x")]));
}
