using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>A program as a process of its own, which inherits nothing of this one's settings.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"];

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();

    /// <summary>Starts it.</summary>
    /// <param name="tool">The executable.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="settings">Its environment, beside what every process needs.</param>
    /// <param name="folder">The folder that it works in.</param>
    public ChildProcess(
        string tool, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> settings, string folder)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var environment = Inherited.Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)))
            .Concat(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .ToList();
        start.Environment.Clear();
        environment.ForEach(pair => start.Environment[pair.Key] = pair.Value);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => KeepOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Everything it printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>The CPU time it has taken so far, user and system, in seconds; Linux counts in hundredths.</summary>
    /// <remarks>utime and stime of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html</remarks>
    public double CpuSeconds => Now.TotalProcessorTime.TotalSeconds;

    /// <summary>The peak of its resident memory, as the kernel counts it, in millions of bytes.</summary>
    /// <remarks>VmHWM of https://man7.org/linux/man-pages/man5/proc_pid_status.5.html</remarks>
    public double PeakMegabytes => Now.PeakWorkingSet64 / 1e6;

    /// <summary>Its resident memory now, as the kernel counts it, in millions of bytes.</summary>
    public double ResidentMegabytes => Now.WorkingSet64 / 1e6;

    private Process Now
    {
        get
        {
            _process.Refresh();
            return _process;
        }
    }

    /// <summary>Starts a .NET program.</summary>
    public static ChildProcess StartDotnet(
        string assembly,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> settings,
        string folder) => new("dotnet", [assembly, .. arguments], settings, folder);

    /// <summary>What the next line of its output that begins with a prefix says after it.</summary>
    /// <exception cref="InvalidOperationException">It ended without saying so.</exception>
    public async Task<string> LineAsync(string prefix, CancellationToken cancellationToken)
    {
        await foreach (var line in _output.Reader.ReadAllAsync(cancellationToken))
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return line[prefix.Length..].Trim();
            }
        }

        throw new InvalidOperationException($"It did not say '{prefix}': {Said}");
    }

    /// <summary>Waits for its end and returns the CPU seconds it took, to the last hundredth or two.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<double> ExitAsync(CancellationToken cancellationToken)
    {
        // What a process took cannot be asked after its end.
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var cpu = 0.0;
        while (!_process.HasExited)
        {
            try
            {
                cpu = CpuSeconds;
            }
            catch (InvalidOperationException)
            {
                break; // It ended in between.
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }

        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode == 0
            ? cpu
            : throw new InvalidOperationException($"It ended with {_process.ExitCode}: {Said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void KeepOutput(string? line)
    {
        Keep(line);
        if (line is null)
        {
            _output.Writer.TryComplete();
        }
        else
        {
            _output.Writer.TryWrite(line);
        }
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
