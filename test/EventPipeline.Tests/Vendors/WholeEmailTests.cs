using EventPipeline.Ledger;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Configuration;

namespace EventPipeline.Tests.Vendors;

/// <summary>The service with <c>Vendors__EmailKey</c>: no e-mail address that a vendor tells is kept.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeEmailTests : IDisposable
{
    private const string ClaudeCode = "/v1/organizations/usage_report/claude_code";
    private const string Variable = "EVENTPIPELINE_TEST_EMAIL_KEY";
    private const string Key = "0123456789abcdef0123456789abcdef";
    private static readonly DateOnly Day = new(2025, 9, 8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_pages_and_reasons_hold_the_hash_and_what_was_read_before_is_not_restated_by_it()
    {
        await using (var clear = await StartAsync(key: null))
        {
            clear.Vendor.On(ClaudeCode, Answers.Read("Anthropic", "claude_code"));
            await RunAsync(clear);
            (await clear.ValueAsync("SELECT actor_id FROM activity")).ShouldBe("developer@company.com");
        }

        await using var host = await StartAsync(Key);
        host.Vendor.On(ClaudeCode, Answers.Read("Anthropic", "claude_code"));
        (await RunAsync(host, "true")).Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");

        (await host.ValueAsync("SELECT actor_id FROM activity")).ShouldBe(
            new EmailHash(Key).Replace("developer@company.com"));
        (await host.AskAsync(
            "SELECT payload FROM raw_page JOIN current_slices USING (load_id) WHERE payload LIKE '%@%'"))
            .ShouldBeEmpty();
        (await host.AskAsync("SELECT DISTINCT grain FROM current_slices WHERE usage_date = '2025-09-08'"))
            .ShouldHaveSingleItem().ShouldBe(["actor.v1+hashed_emails"]);
        (await host.CountAsync("restatements")).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_that_names_somebody_is_told_without_the_address()
    {
        await using var host = await StartAsync(Key);
        host.Vendor.On(
            ClaudeCode,
            """{"error":{"type":"permission_error","message":"developer@company.com may not read this"}}""",
            status: 400);

        var run = await RunAsync(host);

        run.Windows.ShouldHaveSingleItem().Reason!.ShouldContain("email:hmac-sha256:");
        host.Log.All.ShouldAllBe(line => !line.Contains("developer@company.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_too_short_reads_nothing_and_says_what_to_do()
    {
        await using var host = await StartAsync("short");
        host.Vendor.On(ClaudeCode, Answers.Read("Anthropic", "claude_code"));

        var run = await RunAsync(host);

        run.Windows.ShouldHaveSingleItem().Reason!.ShouldContain(
            "The key of Vendors__EmailKey has 5 characters, and e-mail addresses are not read without one of at least");
        (await host.CountAsync("raw_page")).ShouldBe(0);
    }

    private static Task<RunDocument> RunAsync(ServiceHost host, string force = "false") =>
        host.RunAsync("anthropic", "claude_code", Day, Day, $""","force":{force}""");

    private Task<ServiceHost> StartAsync(string? key)
    {
        Environment.SetEnvironmentVariable(Variable, key);
        return ServiceHost.StartAsync(_folder, configure: builder =>
        {
            if (key is not null)
            {
                builder.Configuration.AddInMemoryCollection(
                    new Dictionary<string, string?> { ["Vendors:EmailKey"] = $"env:{Variable}" });
            }
        });
    }
}
