using System.CommandLine;
using System.Diagnostics;
using EventPipeline.Commands;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.Google.BigQuery;
using EventPipeline.Google.Schema;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.EndToEndTests.Schema;

/// <summary>How the deployable's <c>schema</c> command ended, and what it wrote.</summary>
internal sealed record SchemaProgram(int ExitCode, string Output, string Error)
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT"];

    /// <summary>What it wrote to standard output, line by line.</summary>
    public IReadOnlyList<string> Lines => Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Runs the command's own work here, against a server in BigQuery's place, for the dataset <c>d</c> of the project
    /// <c>p</c>.
    /// </summary>
    public static async Task<SchemaProgram> RunAsync(DatasetServer server, string verb)
    {
        var settings = new Dictionary<string, string?>
        {
            ["GOOGLE_CLOUD_PROJECT"] = "p",
            ["BIGQUERY_EMULATOR_HOST"] = server.Host,
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(new HurriedTime())
            .AddBigQuery(configuration)
            .AddTransient<LiveSchema>()
            .BuildServiceProvider();
        var (output, error) = (new StringWriter(), new StringWriter());
        var live = services.GetRequiredService<LiveSchema>();
        var isAsExpected = verb == "check"
            ? await new SchemaCheck(output).ExecuteAsync(live, "d", TestContext.Current.CancellationToken)
            : await new SchemaApply(new InvocationConfiguration { Output = output, Error = error })
                .ExecuteAsync(live, "d", TestContext.Current.CancellationToken);
        return new SchemaProgram(isAsExpected ? 0 : 1, output.ToString(), error.ToString());
    }

    /// <summary>Runs the whole program with these settings and no others.</summary>
    public static async Task<SchemaProgram> RunAsync((string Name, string Value)[] settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "EventPipeline.dll"), "schema", .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var inherited = Inherited.Select(name => (name, Environment.GetEnvironmentVariable(name))).ToList();
        start.Environment.Clear();
        LocalProcess.ForAShortLife(start);
        foreach (var (name, value) in
            inherited.Concat(settings.Select(setting => (setting.Name, (string?)setting.Value))))
        {
            start.Environment[name] = value;
        }

        var token = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!;
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
        await process.WaitForExitAsync(token);
        return new SchemaProgram(process.ExitCode, await output, await error);
    }
}
