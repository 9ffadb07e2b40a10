using System.Diagnostics;
using System.Text;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>
/// A built executable as a process of its own, this machine's service unless another is named. It inherits nothing of
/// the test's settings, and what it printed is shown with a test that fails.
/// </summary>
internal sealed class LocalProcess : IAsyncDisposable
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT", "DOTNET_CLI_HOME"];

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly TaskCompletionSource outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Prefix, TaskCompletionSource<string> Line)> awaited = [];
    private readonly string commandLine;

    private LocalProcess(
        string file, string folder, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments)
    {
        commandLine = $"{file} {string.Join(' ', arguments)}";
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var inherited = Inherited.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        ForAShortLife(start);
        foreach (var (name, value) in
            inherited.Concat(environment.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))))
        {
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data, outputEnded);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data, errorEnded);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What pays only in a process that lives long, or guards one that strangers reach, is left out.</summary>
    public static void ForAShortLife(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
    }

    /// <summary>Its id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output => Read(output);

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error => Read(error);

    /// <summary>Starts it.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="environment">The settings.</param>
    /// <param name="arguments">The verb and its arguments.</param>
    public static LocalProcess Start(
        string folder, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments) =>
        StartProgram("EventPipeline.Local", folder, environment, arguments);

    /// <summary>Starts another of the built programs.</summary>
    public static LocalProcess StartProgram(
        string program,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        params IReadOnlyList<string> arguments) =>
        StartFile(
            "dotnet", folder, environment, [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments]);

    /// <summary>Starts a program or script of the machine's.</summary>
    public static LocalProcess StartFile(
        string file,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        params IReadOnlyList<string> arguments) =>
        new(file, folder, environment, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<Finished> RunAsync(
        string folder, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments)
    {
        await using var process = Start(folder, environment, arguments);
        var exitCode = await process.ExitAsync();
        return new Finished(exitCode, process.Output, process.Error);
    }

    /// <summary>
    /// The first line of standard output that begins so; what follows is answered. Fails when the process ends before.
    /// </summary>
    public async Task<string> LineAsync(string prefix)
    {
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output)
        {
            awaited.Add((prefix, line));
            Find();
        }

        var first = await Task.WhenAny(line.Task, outputEnded.Task).WaitAsync(TestContext.Current.CancellationToken);
        return first == line.Task
            ? await line.Task
            : throw new InvalidOperationException($"It ended without the line '{prefix}…'.\n{Describe()}");
    }

    /// <summary>Waits for its end; answers the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(outputEnded.Task, errorEnded.Task).WaitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, as a container is stopped; answers the exit code.</summary>
    public Task<int> TerminateAsync() => SignalAsync("TERM");

    /// <summary>A signal that it ends of; answers the exit code.</summary>
    public async Task<int> SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", FormattableString.Invariant($"{process.Id}")]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Describe());
        process.Dispose();
    }

    private string Describe() => $"$ {commandLine}\n{Output}\n{Error}";

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private void Keep(StringBuilder text, string? line, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
            if (text == output)
            {
                Find();
            }
        }
    }

    private void Find()
    {
        foreach (var (prefix, line) in awaited.Where(one => !one.Line.Task.IsCompleted))
        {
            var found = output.ToString()
                .Split('\n')
                .SkipLast(1)
                .FirstOrDefault(text => text.StartsWith(prefix, StringComparison.Ordinal));
            if (found is not null)
            {
                line.TrySetResult(found[prefix.Length..].Trim());
            }
        }
    }
}

/// <summary>A process that has ended.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error);
