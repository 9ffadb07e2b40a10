using System.Net.Http.Json;
using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>This machine's <c>serve</c> as a process of its own.</summary>
internal sealed class RunningService : ServiceProcess, IViews
{
    private readonly string data;

    private RunningService(LocalProcess process, string data, Uri address)
        : base(process, address) => this.data = data;

    /// <summary>
    /// Starts it on a free port, in the folder <c>data</c> of a working folder, at <see cref="Simulation.Now"/> unless
    /// another time is given.
    /// </summary>
    public static async Task<RunningService> StartAsync(
        string folder, IReadOnlyDictionary<string, string> settings, string now = Simulation.Now)
    {
        var process = LocalProcess.Start(folder, settings, "serve", "--port", "0", "--data", "data", "--now", now);
        try
        {
            return new RunningService(
                process, Path.Combine(folder, "data"), new Uri(await process.LineAsync("Listening on ")));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string sql)
    {
        using var answer = await Http.PostAsJsonAsync("query", new { sql }, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return [.. JsonElement.Parse(text).GetProperty("rows").EnumerateArray()];
    }

    /// <summary>Waits until the local broker keeps no message.</summary>
    public Task WaitUntilNothingIsOutstandingAsync() => Poll.UntilAsync(
        "the broker keeps no message",
        () =>
            Task.FromResult(
                !Directory.EnumerateFiles(Path.Combine(data, "broker"), "*.json", SearchOption.AllDirectories).Any()));
}
