using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace EventPipeline.Tests.Vendors;

/// <summary>A vendor that answers what was arranged, path by path, in order, and throws on everything else.</summary>
internal sealed class StubVendor : HttpMessageHandler
{
    private readonly Dictionary<string, Queue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>>>
        _answers =
        [];

    /// <summary>Every request, path and query unescaped.</summary>
    public List<string> Asked { get; } = [];

    public List<HttpRequestHeaders> Headers { get; } = [];

    /// <summary>Completes with each request that arrived.</summary>
    public SemaphoreSlim Arrived { get; } = new(0);

    public StubVendor On(
        string path,
        string body,
        HttpStatusCode status = HttpStatusCode.OK,
        params (string Name, string Value)[] headers) =>
        On(path, () => Answer(new StringContent(body, Encoding.UTF8, "application/json"), status, headers));

    public StubVendor On(string path, byte[] body) =>
        On(path, () => Answer(new ByteArrayContent(body), HttpStatusCode.OK, []));

    public StubVendor On(string path, Stream body) =>
        On(path, () => Answer(new StreamContent(body), HttpStatusCode.OK, []));

    public StubVendor On(string path, Func<HttpResponseMessage> answer) =>
        On(path, (_, _) => Task.FromResult(answer()));

    public StubVendor On(string path, Func<HttpRequestMessage, HttpResponseMessage> answer) =>
        On(path, (request, _) => Task.FromResult(answer(request)));

    /// <summary>Never answers.</summary>
    public StubVendor OnSilence(string path) => On(path, async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Silence ended.");
    });

    private StubVendor On(string path, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        if (!_answers.TryGetValue(path, out var queue))
        {
            _answers.Add(
                path, queue = new Queue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>>());
        }

        queue.Enqueue(answer);
        return this;
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        Asked.Add(Uri.UnescapeDataString(uri.PathAndQuery));
        Headers.Add(request.Headers);
        Arrived.Release();
        return _answers.TryGetValue(uri.AbsolutePath, out var queue) && queue.TryDequeue(out var answer)
            ? answer(request, cancellationToken)
            : throw new InvalidOperationException($"Nothing is arranged for {uri.PathAndQuery}.");
    }

    private static HttpResponseMessage Answer(
        HttpContent content, HttpStatusCode status, (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = content };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }
}
