using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Anthropic;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.GitHubCopilot;
using EventPipeline.Vendors.OpenAI;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors;

public sealed class VendorSettingsTests
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["KEY"] = "sk-ant-admin01-x",
        ["KEY2"] = "sk-ant-admin01-y",
        ["EMPTY"] = "",
        ["BROKEN"] = "sk-ant-admin01-x\n",
        ["FOREIGN"] = "sk-ant-ключ",
    };

    [Fact]
    public void Accounts_are_read_with_their_secrets()
    {
        var settings = Read(
            ("Vendors:Anthropic:Accounts:0:Name", "acme"), ("Vendors:Anthropic:Accounts:0:Secret", "env:KEY"),
            ("Vendors:OpenAI:BaseAddress", "http://localhost:8080/v1"),
            ("Vendors:OpenAI:Accounts:0:Name", "acme"), ("Vendors:OpenAI:Accounts:0:Secret", "env:KEY"),
            ("Vendors:OpenAI:Accounts:1:Name", "Globex.2"), ("Vendors:OpenAI:Accounts:1:Secret", "env:KEY2"),
            ("Vendors:StallTimeout", "00:00:05"));

        settings.Accounts.For("anthropic")
            .ShouldHaveSingleItem().BaseAddress.ShouldBe(new Uri("https://api.anthropic.com/"));
        settings.Accounts.For("openai").Select(account => account.Name).ShouldBe(["acme", "Globex.2"]);
        settings.Accounts.Find("openai", "acme")!.SecretReference.ShouldBe("env:KEY");
        settings.Accounts.Find("openai", "nobody").ShouldBeNull();
        settings.Options.StallTimeout.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(null, "console")]
    [InlineData("", "console")]
    [InlineData("console_analytics", "console_analytics")]
    [InlineData("enterprise", "enterprise")]
    [InlineData("enterprise_legacy", "enterprise_legacy")]
    public void An_account_is_read_from_the_vendors_first_source_unless_it_names_another(
        string? written, string source) =>
        Read(Name("a"), Secret("env:KEY"), ("Vendors:Anthropic:Accounts:0:Source", written))
            .Accounts.All.ShouldHaveSingleItem().Source.ShouldBe(source);

    [Fact]
    public void A_source_that_the_vendor_does_not_have_is_a_mistake()
    {
        var failure = Should.Throw<ConfigurationMistakesException>(
            () => Read(
                Name("a"), Secret("env:KEY"), ("Vendors:Anthropic:Accounts:0:Source", "analytics"),
                ("Vendors:OpenAI:Accounts:0:Name", "b"), ("Vendors:OpenAI:Accounts:0:Secret", "env:KEY"),
                ("Vendors:OpenAI:Accounts:0:Source", "console")));

        failure.Mistakes.ShouldContain(
            "Vendors__Anthropic__Accounts__0__Source is 'analytics', which is not a source of Anthropic: it takes one "
                + "of console, console_analytics, enterprise, enterprise_legacy.");
        failure.Mistakes.ShouldContain(
            mistake => mistake.StartsWith(
                "Vendors__OpenAI__Accounts__0__Source is not a setting", StringComparison.Ordinal));
        failure.Mistakes.Count.ShouldBe(2);
    }

    [Fact]
    public void Nothing_configured_is_no_account_and_no_mistake()
    {
        var settings = Read();

        settings.Accounts.All.ShouldBeEmpty();
        settings.Options.StallTimeout.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    [InlineData("http://localhost:8080/", "http://localhost:8080/")]
    [InlineData("http://localhost:8080/v1", "http://localhost:8080/")]
    [InlineData("http://localhost:8080/v1/", "http://localhost:8080/")]
    [InlineData("https://proxy.test/anthropic/v1", "https://proxy.test/anthropic/")]
    [InlineData("https://proxy.test/av1", "https://proxy.test/av1/")]
    public void An_address_may_end_in_a_slash_or_the_version(string written, string meant) =>
        Read(("Vendors:Anthropic:BaseAddress", written), Name("a"), Secret("env:KEY"))
            .Accounts.All.ShouldHaveSingleItem().BaseAddress.AbsoluteUri.ShouldBe(meant);

    [Theory]
    [InlineData(
        "Vendors:Antropic:Accounts:0:Name", "a",
        "Vendors__Antropic is not a setting. Did you mean 'Vendors__Anthropic'?")]
    [InlineData(
        "Vendors:Anthropic:Acounts:0:Name", "a",
        "Vendors__Anthropic__Acounts is not a setting. Did you mean 'Vendors__Anthropic__Accounts'?")]
    [InlineData("Vendors:Anthropic:Accounts:0:Sekret", "a", "Did you mean 'Vendors__Anthropic__Accounts__0__Secret'?")]
    [InlineData("Vendors:StalTimeout", "00:01:00", "Did you mean 'Vendors__StallTimeout'?")]
    [InlineData("Vendors:StallTimeout", "0", "Vendors__StallTimeout")]
    [InlineData("Vendors:StallTimeout", "-00:00:01", "Vendors__StallTimeout")]
    [InlineData("Vendors:StallTimeout", "60", "Vendors__StallTimeout")]
    [InlineData("Vendors:StallTimeout", "soon", "Vendors__StallTimeout")]
    [InlineData("Vendors:Anthropic", "sk", "Vendors__Anthropic is a section, not a value")]
    [InlineData("Vendors:Anthropic:Accounts", "sk", "Vendors__Anthropic__Accounts is a section, not a value")]
    [InlineData(
        "Vendors:Anthropic:Accounts:first:Name", "first", "Vendors__Anthropic__Accounts__first is not numbered")]
    [InlineData("Vendors:Anthropic:BaseAddress", "api.anthropic.com", "Vendors__Anthropic__BaseAddress")]
    [InlineData("Vendors:Anthropic:BaseAddress", "ftp://api.test/", "Vendors__Anthropic__BaseAddress")]
    [InlineData("Vendors:Anthropic:BaseAddress", "https://api.test/?a=b", "Vendors__Anthropic__BaseAddress")]
    [InlineData("Vendors:Anthropic:BaseAddress", "https://api.test/#x", "Vendors__Anthropic__BaseAddress")]
    [InlineData("Vendors:Anthropic:BaseAddress", "https://me:pw@api.test/", "Vendors__Anthropic__BaseAddress")]
    [InlineData(
        "Vendors:OpenAI:BaseAddress", "https://api.test/", "Vendors__OpenAI__BaseAddress is set, but no account is")]
    [InlineData("Vendors:Anthropic:Accounts:0:Name", "", "Vendors__Anthropic__Accounts__0__Name is missing")]
    [InlineData("Vendors:Anthropic:Accounts:0:Name", "a/b", "Vendors__Anthropic__Accounts__0__Name is 'a/b'")]
    [InlineData("Vendors:Anthropic:Accounts:0:Name", "a\n", "Vendors__Anthropic__Accounts__0__Name")]
    [InlineData("Vendors:Anthropic:Accounts:0:Name", "-a", "Vendors__Anthropic__Accounts__0__Name")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "", "Vendors__Anthropic__Accounts__0__Secret is missing")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "env:", "env:NAME")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "env:UNSET", "UNSET, which is unset or empty")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "env:EMPTY", "EMPTY, which is unset or empty")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "env:BROKEN", "BROKEN, whose value contains")]
    [InlineData("Vendors:Anthropic:Accounts:0:Secret", "env:FOREIGN", "FOREIGN, whose value contains")]
    [InlineData(
        "Vendors:Anthropic:Accounts:1:Name",
        "A",
        "Vendors__Anthropic__Accounts__1__Name is 'A', which is also the name of another account")]
    public void A_mistake_is_told_under_the_name_of_its_environment_variable(string key, string value, string told) =>
        Should.Throw<ConfigurationMistakesException>(() => Read(Name("a"), Secret("env:KEY"), (key, value)))
            .Mistakes.ShouldContain(mistake => mistake.Contains(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("env:KEY", "env:KEY", null, null, "gives 'a' and 'b' the same Secret")]
    [InlineData("env:KEY", "env:KEY2", "org-1", "org-1", "gives 'a' and 'b' the same OrganizationId")]
    [InlineData(
        "env:KEY", "env:KEY2", "org 1", null, "Vendors__Anthropic__Accounts__0__OrganizationId is 'org 1'; it takes")]
    [InlineData("env:KEY", "env:KEY2", "org-1\n", null, "Vendors__Anthropic__Accounts__0__OrganizationId is")]
    public void Two_accounts_share_neither_secret_nor_organisation(
        string first, string second, string? firstId, string? secondId, string told) =>
        Should.Throw<ConfigurationMistakesException>(() => Read(
                Name("a"), Secret(first), ("Vendors:Anthropic:Accounts:0:OrganizationId", firstId!),
                ("Vendors:Anthropic:Accounts:1:Name", "b"), ("Vendors:Anthropic:Accounts:1:Secret", second),
                ("Vendors:Anthropic:Accounts:1:OrganizationId", secondId!)))
            .Mistakes.ShouldHaveSingleItem().ShouldContain(told);

    [Fact]
    public void A_person_may_say_who_an_account_is() =>
        Read(Name("a"), Secret("env:KEY"), ("Vendors:Anthropic:Accounts:0:OrganizationId", "org-1"))
            .Accounts.All.ShouldHaveSingleItem().OrganizationId.ShouldBe("org-1");

    [Fact]
    public void What_a_key_reads_is_configured_where_keys_do_not_say_it_and_one_key_may_read_several()
    {
        var settings = Read(
            ("Vendors:GitHubCopilot:Accounts:0:Name", "one"), ("Vendors:GitHubCopilot:Accounts:0:Secret", "env:KEY"),
            ("Vendors:GitHubCopilot:Accounts:0:Scope", "organizations/acme-inc"),
            ("Vendors:GitHubCopilot:Accounts:1:Name", "two"), ("Vendors:GitHubCopilot:Accounts:1:Secret", "env:KEY"),
            ("Vendors:GitHubCopilot:Accounts:1:Scope", "organizations/acme-labs"));

        settings.Accounts.For("github_copilot").Select(account => account.Scope).ShouldBe(
            [new AccountScope("organizations", "acme-inc"), new AccountScope("organizations", "acme-labs")]);
    }

    [Theory]
    [InlineData("", "organizations/b", "Accounts__0__Scope is missing; one key may read several of them")]
    [InlineData(
        "acme", "organizations/b", "Accounts__0__Scope is not of the form organizations/NAME or enterprises/NAME")]
    [InlineData("teams/acme", "organizations/b", "Accounts__0__Scope is not of the form")]
    [InlineData("organizations/a/b", "organizations/b", "Accounts__0__Scope is not of the form")]
    [InlineData("organizations/../b", "organizations/b", "Accounts__0__Scope is not of the form")]
    [InlineData("organizations/a?b", "organizations/b", "Accounts__0__Scope is not of the form")]
    [InlineData("organizations/a\n", "organizations/b", "Accounts__0__Scope is not of the form")]
    [InlineData("organizations/B", "organizations/b", "gives 'one' and 'two' the same Scope")]
    [InlineData(
        "enterprises/acme",
        "organizations/acme",
        "has 'one' read enterprises/acme and 'two' read organizations/acme: what one contains would be counted twice")]
    public void A_scope_that_counts_nothing_or_something_twice_is_refused(string first, string second, string told) =>
        Should.Throw<ConfigurationMistakesException>(() => Read(
                ("Vendors:GitHubCopilot:Accounts:0:Name", "one"),
                ("Vendors:GitHubCopilot:Accounts:0:Secret", "env:KEY"),
                ("Vendors:GitHubCopilot:Accounts:0:Scope", first),
                ("Vendors:GitHubCopilot:Accounts:1:Name", "two"),
                ("Vendors:GitHubCopilot:Accounts:1:Secret", "env:KEY2"),
                ("Vendors:GitHubCopilot:Accounts:1:Scope", second)))
            .Mistakes.ShouldHaveSingleItem().ShouldContain(told);

    [Fact]
    public void A_scope_is_no_setting_of_a_vendor_whose_keys_say_it() =>
        Should.Throw<ConfigurationMistakesException>(
                () => Read(Name("a"), Secret("env:KEY"), ("Vendors:Anthropic:Accounts:0:Scope", "organizations/a")))
            .Mistakes.ShouldHaveSingleItem().ShouldContain("Vendors__Anthropic__Accounts__0__Scope is not a setting");

    [Fact]
    public void A_key_written_in_place_of_a_reference_is_never_shown()
    {
        var failure = Should.Throw<ConfigurationMistakesException>(
            () => Read(Name("a"), Secret("sk-ant-admin01-mistake")));

        failure.ToString().ShouldNotContain("mistake\"");
        failure.ToString().ShouldNotContain("sk-ant-admin01-mistake");
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var failure = Should.Throw<ConfigurationMistakesException>(() => Read(
            ("Vendors:StallTimeout", "x"), ("Vendors:Antropic:BaseAddress", "x"), Name("!"), Secret("env:UNSET")));

        failure.Mistakes.Count.ShouldBe(4);
        foreach (var mistake in failure.Mistakes)
        {
            failure.Message.ShouldContain(mistake);
        }
    }

    private static (string Key, string? Value) Name(string name) => ("Vendors:Anthropic:Accounts:0:Name", name);

    private static (string Key, string? Value) Secret(string secret) => ("Vendors:Anthropic:Accounts:0:Secret", secret);

    private static VendorSettings Read(params (string Key, string? Value)[] settings)
    {
        var values = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return VendorSettings.Read(
            configuration,
            [AnthropicConnector.Self, GitHubCopilotConnector.Self, OpenAIConnector.Self],
            new Secrets([new EnvironmentSecrets(Environment.GetValueOrDefault)]));
    }
}
