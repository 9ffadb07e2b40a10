using EventPipeline.Telemetry;
using Microsoft.Extensions.Logging.Console;

namespace EventPipeline.Google.Logging;

internal static class CloudLoggingExtensions
{
    /// <summary>Writes every log entry to standard output as one line of JSON, as Cloud Logging reads it.</summary>
    public static WebApplicationBuilder AddCloudLogging(this WebApplicationBuilder builder, LogLevel level)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsoleFormatter<CloudLoggingFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = CloudLoggingFormatter.FormatterName);
        builder.Logging.AddLevels(level);
        return builder;
    }
}
