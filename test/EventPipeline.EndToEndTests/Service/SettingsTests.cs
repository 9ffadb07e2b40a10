namespace EventPipeline.EndToEndTests.Service;

/// <summary>Mistakes in settings and on the command line.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("run", "--json")]
    [InlineData("serve", "--port", "0")]
    public async Task All_mistakes_in_the_accounts_are_told_at_start_at_once(params string[] verb)
    {
        var settings = new Dictionary<string, string>
        {
            ["Vendors__Anthropic__BaseAddress"] = "not an address",
            ["Vendors__Anthropic__Accounts__0__Name"] = "acme",
            ["Vendors__Anthropic__Accounts__0__Secret"] = "sk-ant-admin01-pasted-by-mistake",
            ["Vendors__Anthropic__Accounts__1__Name"] = "acme",
            ["Vendors__Anthropic__Accounts__1__Secret"] = "env:NOT_SET",
            ["Vendors__OpenAI__Accounts__0__Nam"] = "acme",
            ["Vendors__OpenIA__BaseAddress"] = "http://127.0.0.1:9",
        };

        var refused = await LocalProcess.RunAsync(folder.Path, settings, verb);

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldBeEmpty();
        foreach (var mistake in (string[])
        [
            "Vendors__Anthropic__BaseAddress",
            "Vendors__Anthropic__Accounts__0__Secret",
            "Vendors__Anthropic__Accounts__1__Name",
            "Vendors__Anthropic__Accounts__1__Secret",
            "NOT_SET",
            "Vendors__OpenAI__Accounts__0__Nam",
            "Vendors__OpenIA",
            "Vendors__OpenAI",
        ])
        {
            refused.Error.ShouldContain(mistake);
        }

        refused.Error.ShouldNotContain("pasted-by-mistake");
        refused.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("GapDays", "Runs__GapDays", "91")]
    [InlineData("Runs:GapDays", "Runs__GapDays", "many")]
    [InlineData("MaxDeliveryAttempts", "Broker__MaxDeliveryAttempts", "0")]
    [InlineData("dataset", "BIGQUERY_DATASET", "no-hyphens")]
    [InlineData("gcloud beta emulators pubsub start", "PUBSUB_EMULATOR_HOST", "127.0.0.1:1")]
    [InlineData("LOG_LEVEL", "LOG_LEVEL", "loud")]
    public async Task A_mistake_in_any_setting_is_told_in_a_sentence_that_names_it(
        string said, string name, string value)
    {
        var refused = await LocalProcess.RunAsync(
            folder.Path, new Dictionary<string, string> { [name] = value }, "run", "--json");

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain(said);
        refused.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_proxy_of_the_machine_is_not_asked_for_the_machine_itself()
    {
        var settings = new Dictionary<string, string>
        {
            ["HTTP_PROXY"] = "http://127.0.0.1:1",
            ["Runs__GapDays"] = "0",
        };

        var run = await LocalProcess.RunAsync(folder.Path, settings, "run", "--json", "--reports", "moderations_usage");

        run.ExitCode.ShouldBe(0, run.Error);
    }

    [Theory]
    [InlineData("--now", "run", "--now", "yesterday")]
    [InlineData("--port", "serve", "--port", "65536")]
    [InlineData("--dayz", "run", "--dayz", "3")]
    [InlineData("--json", "query", "SELECT 1", "--json", "--csv")]
    public async Task A_mistake_on_the_command_line_is_told(string said, params string[] arguments)
    {
        var refused = await LocalProcess.RunAsync(folder.Path, new Dictionary<string, string>(), arguments);

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain(said);
        refused.Error.ShouldNotContain("   at ");
    }
}
