using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Benchmarks;

/// <summary>
/// Takes every message that is published, and delivers none: the end of the run is nobody's concern here.
/// </summary>
internal sealed class Topics : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Topics()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<Topics> StartAsync(CancellationToken cancellationToken)
    {
        var topics = new Topics();
        await topics._app.StartAsync(cancellationToken);
        return topics;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task TakeAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync<JsonElement>(
            context.Request.Body, cancellationToken: context.RequestAborted);
        var messages = request.GetProperty("messages").GetArrayLength();
        await context.Response.WriteAsJsonAsync(
            new { messageIds = Enumerable.Repeat("1", messages) }, context.RequestAborted);
    }
}
