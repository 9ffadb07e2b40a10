namespace EventPipeline.EndToEndTests.Service;

/// <summary>What a person sees who mistypes, or lets the shell complete.</summary>
public sealed class CommandLineTests : IDisposable
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

    [Fact]
    public async Task A_shell_can_ask_for_completions()
    {
        var ended = await LocalProcess.RunAsync(folder.Path, NoSettings, "[suggest:5]", "runs ");

        ended.ExitCode.ShouldBe(0, ended.Error);
        ended.Output.Split('\n').ShouldContain("resume");
    }
}
