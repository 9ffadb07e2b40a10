using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Vendors.Other;

/// <summary>What is wrong with a description is said at the start, all of it.</summary>
public sealed class DescriptionTests
{
    /// <summary>A vendor that counts requests by model.</summary>
    public static IReadOnlyDictionary<string, string> Small { get; } = new Dictionary<string, string>
    {
        ["Vendors:Other:acme_ai:BaseAddress"] = "https://vendor.test/",
        ["Vendors:Other:acme_ai:Accounts:0:Name"] = "acme",
        ["Vendors:Other:acme_ai:Accounts:0:Secret"] = "written:x",
        ["Vendors:Other:acme_ai:Authentication:Scheme"] = "bearer",
        ["Vendors:Other:acme_ai:Reports:usage:Path"] = "v1/usage",
        ["Vendors:Other:acme_ai:Reports:usage:Query:from"] = "{from}",
        ["Vendors:Other:acme_ai:Reports:usage:Query:until"] = "{until}",
        ["Vendors:Other:acme_ai:Reports:usage:MaxWindowDays"] = "7",
        ["Vendors:Other:acme_ai:Reports:usage:Rows"] = "$.data[*]",
        ["Vendors:Other:acme_ai:Reports:usage:Day"] = "@.day",
        ["Vendors:Other:acme_ai:Reports:usage:Usage:model"] = "@.model",
        ["Vendors:Other:acme_ai:Reports:usage:Usage:requests"] = "@.n",
    };

    [Fact]
    public void A_vendor_is_known_with_its_reports_and_accounts()
    {
        using var bench = Bench(("Vendors:Other:acme_ai:RequestsPerMinute", "30"));

        var vendor = bench.Services.GetRequiredService<KnownVendors>().All.Single(known => known.Name == "acme_ai");
        var report = vendor.Reports.ShouldHaveSingleItem();
        (report.Name, report.Kind, report.MaxWindowDays, report.SettledAfterDays)
            .ShouldBe(("usage", ReportKind.Daily, 7, 3));
        report.Grains.ShouldHaveSingleItem().Key.ShouldBe("model.v1");
        var account = bench.Services.GetRequiredService<ConfiguredAccounts>().For("acme_ai").ShouldHaveSingleItem();
        (account.Name, account.BaseAddress.AbsoluteUri).ShouldBe(("acme", "https://vendor.test/"));
        bench.Connector("acme_ai").Vendor.ShouldBe(vendor);
    }

    [Fact]
    public void Its_address_keeps_its_path()
    {
        using var bench = Bench(("Vendors:Other:acme_ai:BaseAddress", "https://vendor.test/proxy/v1"));

        bench.Services.GetRequiredService<ConfiguredAccounts>().All.Single().BaseAddress.AbsoluteUri
            .ShouldBe("https://vendor.test/proxy/v1/");
    }

    [Fact]
    public void A_description_in_one_text_is_that_in_many_settings_and_settings_beside_it_count()
    {
        const string json = """
            {
              "BaseAddress": "https://vendor.test/", "Authentication": { "Scheme": "bearer" },
              "Reports": { "usage": {
                "Path": "v1/usage", "Query": { "from": "{from}", "until": "{until}" }, "MaxWindowDays": 7,
                "Rows": "$.data[*]", "Day": "@.day", "Usage": { "model": "@.model", "requests": "@.n" } } }
            }
            """;
        using var bench = new VendorBench(
            null,
            null,
            ("Vendors:Other:acme_ai", json),
            ("Vendors:Other:acme_ai:BaseAddress", "https://other.test/"),
            ("Vendors:Other:acme_ai:Accounts:0:Name", "acme"),
            ("Vendors:Other:acme_ai:Accounts:0:Secret", "written:x"));
        using var other = Bench();

        bench.Services.GetRequiredService<ConfiguredAccounts>().All.Single().BaseAddress.Host.ShouldBe("other.test");
        bench.Services.GetRequiredService<KnownVendors>().All[^1].Reports
            .ShouldBe(other.Services.GetRequiredService<KnownVendors>().All[^1].Reports);
    }

    [Theory]
    [InlineData("Reports:usage:Usage:model", "@.other", false)]
    [InlineData("Reports:usage:SettledAfterDays", "5", true)]
    public void Another_description_makes_other_rows(string setting, string value, bool isSame)
    {
        using var one = Bench();
        using var other = Bench(($"Vendors:Other:acme_ai:{setting}", value));

        (Version(one) == Version(other)).ShouldBe(isSame);

        static int Version(VendorBench bench) =>
            bench.Services.GetRequiredService<KnownVendors>().All[^1].Reports.Single().NormaliserVersion;
    }

    [Theory]
    [InlineData("Rows", "data", "is 'data', which is not a path; write one such as $.data[*].")]
    [InlineData("Rows", "$.data", "is '$.data', which does not lead to a list: it begins with $")]
    [InlineData("Rows", "@.data[*]", "is '@.data[*]', which does not lead to a list")]
    [InlineData("Rows", "", "is missing; write a path, such as $.data[*].")]
    [InlineData("Path", "", "is missing; write the path below BaseAddress")]
    [InlineData("Path", "/v1/usage", "is '/v1/usage'; it takes a path below BaseAddress, without a slash before it")]
    [InlineData("Path", "https://x.test/", "is 'https://x.test/'; it takes a path below BaseAddress")]
    [InlineData("Query:from", "{form}", "has '{form}', which stands for nothing: it takes {from}, {to}, {until}")]
    [InlineData("Query:from", "{from:epoch}", "has '{from:epoch}', which stands for nothing")]
    [InlineData("MaxWindowDays", "0", "is '0'; it takes a whole number from 1 to 31.")]
    [InlineData("MaxWindowDays", "soon", "is 'soon'; it takes a whole number from 1 to 31.")]
    [InlineData("Day", "", "is missing; rows of several days (MaxWindowDays) say which day each is of.")]
    [InlineData("Day", "@.days[*]", "is '@.days[*]', which does not lead from a row to one place")]
    [InlineData("Day", "$.day", "is '$.day', which does not lead from a row to one place")]
    [InlineData("EqualRows", "sum", "is 'sum'; it takes refuse or add.")]
    [InlineData("Usage:model", "model", "is 'model'; write a path that begins with @ (the row) or $ (the page)")]
    [InlineData("Usage:modell", "@.x", "Usage__modell is not a setting. Did you mean ")]
    [InlineData("Usage:requests", "@.a * @.b", "is '@.a * @.b'; write a path, or several with + or - between them")]
    [InlineData("Usage:requests", "7", "is '7'; write a path, or several with + or - between them")]
    [InlineData("Cost:amount_usd", "@.x", "Cost__basis is missing; write billed or estimated or list or priced_usage.")]
    [InlineData("Cost:amount_usd", "@.x", "Cost__currency is missing; write a path, or 'USD' in single quotes")]
    [InlineData("Cost:amount_usd", "@.x", "Cost__amounts_in is missing; write dollars or cents.")]
    [InlineData("Cost:basis", "gross", "is 'gross'; it takes billed or estimated or list or priced_usage.")]
    [InlineData("Activity:sessions", "@.s", "Activity__actor_id is missing")]
    [InlineData("Paging:Parameter", "page", "Paging__By is missing; write none or cursor or page or link.")]
    [InlineData("Paging:By", "cursor", "Paging__Cursor is missing; write a path, such as $.next_page.")]
    [InlineData("Paging:By", "offset", "is 'offset'; it takes none or cursor or page or link.")]
    [InlineData("Ignored:0", "tier", "is 'tier', which is not a path")]
    [InlineData("Pagination:By", "page", "is not a setting.")]
    public void A_wrong_setting_of_a_report_is_named_with_what_it_takes(string setting, string value, string mistake) =>
        Mistakes(($"Vendors:Other:acme_ai:Reports:usage:{setting}", value)).ShouldContain(
            found => found.StartsWith("Vendors__Other__acme_ai__Reports__usage__", StringComparison.Ordinal)
                && found.Contains(mistake, StringComparison.Ordinal));

    [Theory]
    [InlineData("BaseAddress", "", "Vendors__Other__acme_ai__BaseAddress is missing")]
    [InlineData("BaseAddress", "vendor.test", "Vendors__Other__acme_ai__BaseAddress is not the address of an API")]
    [InlineData("Authentication:Scheme", "oauth", "is 'oauth'; it takes bearer or basic or header.")]
    [InlineData("Authentication:Scheme", "header", "Authentication__Header is missing")]
    [InlineData("Authentication:Header", "x-key", "Authentication__Header is not a setting.")]
    [InlineData("Headers:a b", "1", "Vendors__Other__acme_ai__Headers__a b is not the name of a header.")]
    [InlineData("RequestsPerMinute", "0", "RequestsPerMinute is '0'; it takes a whole number from 1")]
    [InlineData("Accounts:1:Name", "labs", "Accounts__1__Secret is missing")]
    [InlineData("Report:x", "1", "Vendors__Other__acme_ai__Report is not a setting.")]
    [InlineData("Reports:Usage2:Path", "v1", "does not have a name for a report")]
    public void A_wrong_setting_of_a_vendor_is_named_with_what_it_takes(string setting, string value, string mistake) =>
        Mistakes(($"Vendors:Other:acme_ai:{setting}", value)).ShouldContain(
            found => found.Contains(mistake, StringComparison.Ordinal));

    [Theory]
    [InlineData("Vendors:Other:Acme", "{}", "Vendors__Other__Acme does not have a name for a vendor")]
    [InlineData("Vendors:Other:openai", "{}", "Vendors__Other__openai has the name of a vendor that needs no")]
    [InlineData("Vendors:Other:empty", "{}", "Vendors__Other__empty__Reports is missing")]
    [InlineData("Vendors:Other:text", "no json", "Vendors__Other__text is not a description in JSON")]
    [InlineData("Vendors:Other:gone", "file:/nowhere/x.json", "Vendors__Other__gone names a file that cannot be read")]
    [InlineData("Vendors:Other", "x", "Vendors__Other is a section, not a value")]
    public void A_description_that_is_none_is_named(string setting, string value, string mistake) =>
        Mistakes((setting, value)).ShouldContain(found => found.StartsWith(mistake, StringComparison.Ordinal));

    [Fact]
    public void Reports_of_a_vendor_whose_only_report_is_wrong_are_not_judged() => Mistakes(
        ("Vendors:Other:acme_ai:Reports:usage:Rows", "data"),
        ("Vendors:Other:acme_ai:Accounts:0:Reports", "usage"))
        .ShouldHaveSingleItem().ShouldStartWith("Vendors__Other__acme_ai__Reports__usage__Rows is 'data'");

    [Fact]
    public void A_wrong_number_is_one_mistake_also_where_another_depends_on_it() => Mistakes(
        ("Vendors:Other:acme_ai:Reports:usage:MaxWindowDays", "soon"), ("Vendors:Other:acme_ai:Reports:usage:Day", ""))
        .ShouldHaveSingleItem().ShouldContain("MaxWindowDays is 'soon'");

    [Fact]
    public void Every_mistake_is_found_at_once_with_those_of_other_vendors() => Mistakes(
        ("Vendors:Other:acme_ai:Reports:usage:Rows", "data"), ("Vendors:Other:acme_ai:Reports:usage:EqualRows", "x"),
        ("Vendors:Other:acme_ai:Authentication:Scheme", "x"), ("Vendors:Other:acme_ai:Accounts:0:Name", "!"),
        ("Vendors:OpenAI:Accounts:0:Name", "acme"))
        .Count.ShouldBe(5);

    private static IReadOnlyList<string> Mistakes(params (string Setting, string Value)[] wrong)
    {
        using var bench = Bench(wrong);
        return Should.Throw<ConfigurationMistakesException>(
            () => bench.Services.GetRequiredService<ConfiguredAccounts>()).Mistakes;
    }

    private static VendorBench Bench(params (string Setting, string Value)[] different)
    {
        var settings = Small.ToDictionary();
        foreach (var (setting, value) in different)
        {
            settings[setting] = value;
        }

        return new VendorBench(null, null, [.. settings.Select(pair => (pair.Key, (string?)pair.Value))]);
    }
}
