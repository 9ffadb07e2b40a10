using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EventPipeline.Benchmarks;

/// <summary>A built program as a process of its own, which inherits nothing of this one's settings.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"];

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _peakBytes;

    public ChildProcess(string program, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var environment = Inherited.Select(name => KeyValuePair.Create(name, Environment.GetEnvironmentVariable(name)))
            .Concat(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .ToList();
        start.Environment.Clear();
        environment.ForEach(pair => start.Environment[pair.Key] = pair.Value);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
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

    /// <summary>The peak of its resident memory, as the kernel counts it.</summary>
    /// <remarks>VmHWM: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html</remarks>
    public long PeakBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status")
                .First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return _peakBytes = Math.Max(
                _peakBytes,
                1024 * long.Parse(
                    line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What its first line says after a prefix.</summary>
    public async Task<string> LineAsync(string prefix, CancellationToken cancellationToken)
    {
        var line = await _firstLine.Task.WaitAsync(cancellationToken);
        return line.StartsWith(prefix, StringComparison.Ordinal)
            ? line[prefix.Length..].Trim()
            : throw new InvalidOperationException($"It did not begin with '{prefix}': {Said}");
    }

    /// <summary>Waits for its end; fails when that is a failure.</summary>
    public async Task ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"It ended with {_process.ExitCode}: {Said}");
        }
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

    private void Keep(string? line)
    {
        if (line is null)
        {
            _firstLine.TrySetResult("");
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        _firstLine.TrySetResult(line);
    }
}
