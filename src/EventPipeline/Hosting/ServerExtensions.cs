namespace EventPipeline.Hosting;

/// <summary>How the service listens, wherever it runs.</summary>
internal static class ServerExtensions
{
    /// <summary>Accepts the largest push that Pub/Sub sends, and omits the Server header.</summary>
    public static WebApplicationBuilder ConfigureServer(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // An unwrapped push carries up to 100 attributes of 1,280 bytes as headers.
            kestrel.Limits.MaxRequestHeaderCount = 200;
            kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
            kestrel.AddServerHeader = false;
        });
        return builder;
    }

    /// <summary>Listens on every address, on <c>PORT</c> or 8080, as Cloud Run's container contract requires.</summary>
    public static WebApplicationBuilder ListenOnPort(this WebApplicationBuilder builder, ICollection<string> mistakes)
    {
        if (!ContainerPort.TryRead(builder.Configuration["PORT"], out var port, out var mistake))
        {
            mistakes.Add(mistake);
        }

        builder.WebHost.UseUrls($"http://0.0.0.0:{port}");
        return builder;
    }
}
