using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>
/// <c>probe</c>: checks whether the service beside it is alive, for the health check of an image that has neither a
/// shell nor curl. The only setting it reads is <c>PORT</c>. Exit codes: 0 alive; 1 not alive, with the reason.
/// </summary>
internal sealed class ProbeCommand(TextWriter error, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var probe = new Command(
            "probe", "Checks whether the service on this machine is alive. Exit code 1 if it is not.");
        probe.SetAction(
            (arguments, cancellationToken) =>
                new ProbeCommand(arguments.InvocationConfiguration.Error, TimeProvider.System)
            .ExecuteAsync(Environment.GetEnvironmentVariable("PORT"), cancellationToken));
        return probe;
    }

    /// <param name="portSetting">What <c>PORT</c> is set to, if it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(string? portSetting, CancellationToken cancellationToken)
    {
        var trouble = ContainerPort.TryRead(portSetting, out var port, out var mistake)
            ? await AskAsync(new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", port, "liveness").Uri, cancellationToken)
            : mistake;
        if (trouble is null)
        {
            return 0;
        }

        await error.WriteLineAsync(trouble);
        return 1;
    }

    /// <summary>What is wrong; null when it is alive.</summary>
    private async Task<string?> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, asking.Token);
            return answer.StatusCode == System.Net.HttpStatusCode.OK
                ? null
                : $"{address} answered {(int)answer.StatusCode}.";
        }
        catch (HttpRequestException failure)
        {
            return $"{address} could not be reached: {failure.Message}";
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return $"{address} did not answer within {Patience.TotalSeconds:0} s.";
        }
    }
}
