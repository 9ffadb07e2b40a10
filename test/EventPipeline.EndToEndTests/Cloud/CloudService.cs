using System.Net.Http.Headers;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// The deployable as a process of its own, as Cloud Run starts it, and what an operator does with it over HTTP.
/// </summary>
internal sealed class CloudService : ServiceProcess
{
    private CloudService(LocalProcess process, Uri address)
        : base(process, address) => Address = address;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts it on a free port and waits until it is ready.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="settings">Its whole environment.</param>
    /// <param name="operatorToken">What a person calls it with.</param>
    public static async Task<CloudService> StartAsync(
        string folder, IReadOnlyDictionary<string, string> settings, string operatorToken)
    {
        var port = FreePort.Next();
        var process = LocalProcess.StartProgram(
            "EventPipeline",
            folder,
            settings.Append(KeyValuePair.Create("PORT", FormattableString.Invariant($"{port}"))).ToDictionary());
        var service = new CloudService(process, new Uri($"http://127.0.0.1:{port}/"));
        service.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", operatorToken);
        try
        {
            await Poll.UntilAsync("the service is ready", service.IsReadyAsync);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        if (HasExited)
        {
            throw new InvalidOperationException($"The service did not start.\n{Said}");
        }

        try
        {
            using var answer = await Http.GetAsync(
                new Uri("ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
