using System.CommandLine;
using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Simulator;
using EventPipeline.Vendors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Commands;

/// <summary><c>vendors check</c> against the simulated vendors.</summary>
public sealed class VendorsCheckTests : IAsyncLifetime
{
    private const int Seed = 3;
    private SimulatorHost _vendor = null!;

    public async ValueTask InitializeAsync() =>
        _vendor = await SimulatorHost.StartAsync(Seed, TimeProvider.System.GetUtcNow());

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task A_credential_that_reads_every_report_is_usable_for_each()
    {
        var (exitCode, output) = await CheckAsync([Anthropic(Key("anthropic"))]);

        exitCode.ShouldBe(0, output);
        output.ReplaceLineEndings("\n").ShouldBe(
            """
            vendor     account  report          state
            anthropic  acme     messages_usage  usable
            anthropic  acme     cost            usable
            anthropic  acme     claude_code     usable
            anthropic  acme     names           usable

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Each_report_is_asked_for_with_one_request_of_one_day()
    {
        await CheckAsync([Anthropic(Key("anthropic"))]);

        var asked = (await SimulatorHost.JsonAsync(_vendor.Anonymous, "/_simulator/requests")).AsArray()
            .Select(request => (string)request!["path"]!)
            .ToList();
        var yesterday = DateOnly.FromDateTime(_vendor.Clock.GetUtcNow().UtcDateTime).AddDays(-1);
        foreach (var path in new[] { "/cost_report?", "/usage_report/messages?", "/usage_report/claude_code?" })
        {
            asked.Where(request => request.Contains(path, StringComparison.Ordinal)).ShouldHaveSingleItem()
                .ShouldContain($"{yesterday:yyyy-MM-dd}");
        }
    }

    [Fact]
    public async Task A_report_that_the_key_may_not_read_is_told_with_what_is_missing_and_who_can_give_it()
    {
        await _vendor.FaultsAsync("""[{"kind":"status","status":403,"pathContains":"/cost_report"}]""");

        var (exitCode, output) = await CheckAsync([Anthropic(Key("anthropic"))]);

        exitCode.ShouldBe(1);
        output.ShouldContain("anthropic  acme     cost            refused");
        output.ShouldContain("anthropic  acme     messages_usage  usable");
        output.ShouldContain("  cost: the vendor answered 403 to GET v1/organizations/cost_report:");
        output.ShouldContain("What to do: Anthropic has two kinds of organisation");
        output.ShouldNotContain("replay");
        output.ShouldNotContain(Key("anthropic"));
    }

    [Fact]
    public async Task A_key_that_is_refused_as_such_is_told_for_every_report()
    {
        var limited = Account("anthropic").LimitedKey;

        var (exitCode, output) = await CheckAsync([Anthropic(limited)]);

        exitCode.ShouldBe(1);
        Lines(output, "key refused").Count.ShouldBe(4);
        output.ShouldContain("ordinary API key of a workspace");
        output.ShouldNotContain(limited);
    }

    [Fact]
    public async Task A_report_that_is_not_ready_yet_is_usable()
    {
        await _vendor.FaultsAsync("""[{"kind":"no_content","pathContains":"-1-day"}]""");
        var copilot = Account("github_copilot");

        var (exitCode, output) = await CheckAsync(
            [new Configured("GitHubCopilot", copilot.Key, ("Scope", copilot.Scope))]);

        exitCode.ShouldBe(0, output);
        Lines(output, "usable").Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_vendor_hides_what_is_forbidden_and_it_is_told_all_the_same()
    {
        await _vendor.FaultsAsync("""[{"kind":"status","status":404,"pathContains":"premium_request"}]""");
        var copilot = Account("github_copilot");

        var (exitCode, output) = await CheckAsync(
            [new Configured("GitHubCopilot", copilot.Key, ("Scope", copilot.Scope))]);

        exitCode.ShouldBe(1);
        Lines(output, "refused").ShouldHaveSingleItem().ShouldContain("premium_requests");
        output.ShouldContain("GitHub answers 404 for what a token may not see");
    }

    /// <summary>Where every request is refused no report is usable: each was really asked for.</summary>
    [Theory]
    [InlineData("anthropic")]
    [InlineData("cursor")]
    [InlineData("github_copilot")]
    [InlineData("litellm")]
    [InlineData("openai")]
    [InlineData("openrouter")]
    public async Task No_report_is_usable_that_was_not_asked_for(string vendor)
    {
        await _vendor.FaultsAsync("""[{"kind":"status","status":401}]""");
        var settings = Local.Service.SimulatedSettings.Create(Seed, new Uri(_vendor.Address))
            .Where(setting => setting.Key.Contains("Accounts:0:", StringComparison.Ordinal)
                || !setting.Key.Contains("Accounts", StringComparison.Ordinal))
            .ToDictionary();

        var (exitCode, output) = await CheckAsync(settings, "--vendor", vendor);

        exitCode.ShouldBe(1);
        Lines(output, "usable").ShouldBeEmpty();
        Lines(output, "key refused").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_vendor_that_does_not_answer_is_said_to_not_and_no_other_report_waits_for_it()
    {
        await _vendor.FaultsAsync("""[{"kind":"reset"}]""");

        var (exitCode, output) = await CheckAsync([Anthropic(Key("anthropic"))]);

        exitCode.ShouldBe(3);
        Lines(output, "not reached").ShouldHaveSingleItem().ShouldContain("messages_usage");
        Lines(output, "not tried").Count.ShouldBe(3);
        output.ShouldContain("could not be reached");
    }

    [Fact]
    public async Task Only_what_the_account_reads_is_tried()
    {
        await _vendor.FaultsAsync("""[{"kind":"status","status":403,"pathContains":"/cost_report"}]""");

        var (exitCode, output) = await CheckAsync(
            [new Configured("Anthropic", Key("anthropic"), ("Reports:0", "claude_code"))]);

        exitCode.ShouldBe(0, output);
        Lines(output, "usable").ShouldHaveSingleItem().ShouldContain("claude_code");
    }

    [Fact]
    public async Task The_whole_finding_is_one_JSON_document_if_wanted()
    {
        await _vendor.FaultsAsync("""[{"kind":"status","status":401,"pathContains":"/cost_report"}]""");

        var (exitCode, output) = await CheckAsync([Anthropic(Key("anthropic"))], "--json");

        exitCode.ShouldBe(1);
        var reports = JsonSerializer.Deserialize<List<JsonElement>>(output)!;
        reports.Select(report => $"{report.GetProperty("report")} {report.GetProperty("state")}").ShouldBe(
            ["messages_usage usable", "cost key refused", "claude_code usable", "names usable"]);
        reports[1].GetProperty("said").GetString()!.ShouldContain("401");
        reports[1].GetProperty("remedy").GetString()!.ShouldContain("Admin API key");
        reports[0].TryGetProperty("said", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_vendor_or_account_than_the_chosen_one_is_not_asked()
    {
        Configured[] both = [Anthropic(Key("anthropic")), new("OpenAI", Key("openai"), ("Reports:0", "cost"))];

        var (exitCode, output) = await CheckAsync(both, "--vendor", "openai", "--account", "acme");

        exitCode.ShouldBe(0, output);
        Lines(output, "usable").ShouldHaveSingleItem().ShouldContain("openai");
        (await Should.ThrowAsync<UsageException>(CheckAsync(both, "--vendor", "openia"))).Message
            .ShouldStartWith("There is no vendor 'openia'. Did you mean 'openai'?");
        (await Should.ThrowAsync<UsageException>(CheckAsync(both, "--account", "acne"))).Message
            .ShouldStartWith("No account is called 'acne'. Did you mean 'acme'?");
        (await Should.ThrowAsync<UsageException>(CheckAsync([], "--json"))).Message
            .ShouldStartWith("No account is configured: set Vendors__");
    }

    [Fact]
    public async Task Every_report_of_every_simulated_account_is_usable()
    {
        var settings = Local.Service.SimulatedSettings.Create(Seed, new Uri(_vendor.Address));

        var (exitCode, output) = await CheckAsync(settings);

        exitCode.ShouldBe(0, output);
        Lines(output, "usable").Count.ShouldBeGreaterThan(30);
    }

    private static List<string> Lines(string output, string state) =>
        [.. output.Split('\n').Where(line => line.TrimEnd().EndsWith($"  {state}", StringComparison.Ordinal))];

    private static Configured Anthropic(string key) => new("Anthropic", key);

    private static SimulatedAccount Account(string vendor) => SimulatedVendors.All
        .SelectMany(simulated => simulated.Accounts(Seed))
        .First(account => account.Vendor == vendor);

    private static string Key(string vendor) => Account(vendor).Key;

    private Task<(int ExitCode, string Output)> CheckAsync(Configured[] accounts, params string[] arguments)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var (section, key, more) in accounts)
        {
            var variable = $"EVENTPIPELINE_TEST_{Guid.NewGuid():N}";
            Environment.SetEnvironmentVariable(variable, key);
            settings[$"Vendors:{section}:BaseAddress"] = _vendor.Address;
            settings[$"Vendors:{section}:Accounts:0:Name"] = "acme";
            settings[$"Vendors:{section}:Accounts:0:Secret"] = $"env:{variable}";
            foreach (var (name, value) in more)
            {
                settings[$"Vendors:{section}:Accounts:0:{name}"] = value;
            }
        }

        return CheckAsync(settings, arguments);
    }

    private async Task<(int ExitCode, string Output)> CheckAsync(
        IReadOnlyDictionary<string, string?> settings, params string[] arguments)
    {
        await using var output = new StringWriter();
        var command = new RootCommand
        {
            VendorsCommand.Create((_, _) => Task.FromResult(new OpenedVendors(
                CommandHost.Build(builder =>
                {
                    builder.Configuration.AddInMemoryCollection(settings);
                    builder.Services.AddSingleton<TimeProvider>(new HurriedTime());
                    builder.Services.AddVendors();
                }),
                _vendor.Clock))),
        };
        var exitCode = await command.Parse(["vendors", "check", .. arguments]).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }

    private sealed record Configured(string Section, string Key, params (string Name, string? Value)[] More);
}
