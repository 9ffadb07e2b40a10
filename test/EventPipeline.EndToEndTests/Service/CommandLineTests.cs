using System.Text.RegularExpressions;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>What a person sees who mistypes, or lets the shell complete.</summary>
public sealed partial class CommandLineTests : IDisposable
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("run --dys", "Unrecognized command or argument '--dys'.")]
    [InlineData("backfill", "From which day? Give --from YYYY-MM-DD; --to is the last day, by default yesterday.")]
    [InlineData("runs list --format jsn", "--format is 'jsn'. Did you mean 'json'? Valid values: table, json, csv.")]
    [InlineData("runs list --format csv --json", "Give one of --format and --json, not both.")]
    public async Task A_mistake_is_the_last_line_and_no_help_hides_it(string arguments, string mistake)
    {
        var ended = await LocalProcess.RunAsync(folder.Path, NoSettings, arguments.Split(' '));

        ended.ExitCode.ShouldBe(2);
        ended.Error.TrimEnd().Split('\n')[^1].ShouldBe(mistake);
        (ended.Output + ended.Error).ShouldNotContain("Usage:");
    }

    /// <summary>A real terminal, and then a pipe.</summary>
    [Fact]
    public async Task A_narrow_terminal_breaks_no_line_and_a_pipe_none_at_all()
    {
        string[] run = ["run", "--days", "1", "--vendors", "openai", "--now", Simulation.Now];
        var narrow = await OnTerminalAsync(80, [.. run, "--reports", "vector_stores_usage", "cost"]);
        narrow.ShouldContain("openai/SIMULATED-acme/vector_stores_usage");
        narrow.Split('\n').Where(line => line.Contains("SIMULATED-acme")).ShouldAllBe(line => line.Length <= 80);

        const string Query = "SELECT vendor, account, report, usage_date, load_id FROM current_slices ORDER BY ALL";
        var records = await OnTerminalAsync(80, "query", Query);
        records.ShouldContain("openai\n  account SIMULATED-acme, report cost, usage_date 2098-");
        (await OnTerminalAsync(200, "query", Query)).ShouldStartWith("vendor  account         report ");

        var piped = await LocalProcess.RunAsync(folder.Path, NoSettings, "query", Query);
        piped.Output.ShouldStartWith("vendor  account         report ");
    }

    [Fact]
    public async Task A_shell_can_ask_for_completions()
    {
        var ended = await LocalProcess.RunAsync(folder.Path, NoSettings, "[suggest:5]", "runs ");

        ended.ExitCode.ShouldBe(0, ended.Error);
        ended.Output.Split('\n').ShouldContain("resume");
    }

    /// <summary>What a person sees on a terminal of some columns, without colours.</summary>
    private async Task<string> OnTerminalAsync(int columns, params string[] arguments)
    {
        string[] command =
            ["dotnet", Path.Combine(AppContext.BaseDirectory, "EventPipeline.Local.dll"), .. arguments];
        var line = string.Join(' ', command.Select(word => $"'{word}'"));
        await using var process = LocalProcess.StartFile(
            "script",
            folder.Path,
            new Dictionary<string, string> { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" },
            "--quiet",
            "--return",
            "--command",
            $"stty cols {columns} rows 50; exec {line} 2>/dev/null",
            "/dev/null");
        (await process.ExitAsync()).ShouldBe(0, process.Output);
        return Escape().Replace(process.Output, "").ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\e(\[[0-9;?]*[a-zA-Z]|[=>])|\r(?!\n)")]
    private static partial Regex Escape();
}
