using Microsoft.AspNetCore.Http;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>Hands requests on to an instance that listens elsewhere, whole, as Cloud Run's front end does.</summary>
internal sealed class FrontEnd(Uri instance) : IDisposable
{
    private static readonly string[] NotHandedOn =
    [
        "Host",
        "Content-Length",
        "Connection",
        "Proxy-Connection",
        "Transfer-Encoding",
    ];
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });

    public async Task HandOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(instance, context.Request.Path));
        if (context.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in
            context.Request.Headers.Where(
                header => !NotHandedOn.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        using var answer = await http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        if (context.Response.StatusCode != StatusCodes.Status204NoContent)
        {
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    public void Dispose() => http.Dispose();
}
