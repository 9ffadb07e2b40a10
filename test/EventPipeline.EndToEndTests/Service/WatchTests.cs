using System.Globalization;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>What a process watches of the folder that it is started in.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_of_it_so_that_starting_takes_no_longer_at_the_root_of_a_disk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc, which lists what a process watches, is Linux's.");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "project", "modules"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "appsettings.json"),
            """{"Runs":{"GapDays":0}}""",
            TestContext.Current.CancellationToken);
        await using var service = await RunningService.StartAsync(_folder.Path, new Dictionary<string, string>());

        Watches(service.ProcessId).ShouldBeEmpty();
    }

    /// <summary>
    /// Every file or folder that a process watches: https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html.
    /// </summary>
    private static List<string> Watches(int process) =>
    [
        .. Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo"))
            .SelectMany(Lines)
            .Where(line => line.StartsWith("inotify ", StringComparison.Ordinal)),
    ];

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // It was closed meanwhile.
        }
    }
}
