using System.Globalization;

namespace EventPipeline.Hosting;

/// <summary>How the service listens, wherever it runs.</summary>
internal static class ServerExtensions
{
    /// <summary>Takes the largest push that Pub/Sub makes, and says nothing about itself.</summary>
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

    /// <summary>Listens on every address, on <c>PORT</c> or 8080, as Cloud Run's container contract asks.</summary>
    public static WebApplicationBuilder ListenOnPort(this WebApplicationBuilder builder, ICollection<string> mistakes)
    {
        var text = builder.Configuration["PORT"];
        var port = 8080;
        if (!string.IsNullOrEmpty(text)
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535))
        {
            mistakes.Add($"PORT is '{text}'; give a number from 0 to 65535.");
            port = 8080;
        }

        builder.WebHost.UseUrls($"http://0.0.0.0:{port}");
        return builder;
    }
}
