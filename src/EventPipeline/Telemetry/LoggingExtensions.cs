namespace EventPipeline.Telemetry;

/// <summary>How much is logged, wherever it goes.</summary>
internal static class LoggingExtensions
{
    /// <summary>
    /// Logs the service's own messages from a minimum level, and everything else from warning; at debug and below, all
    /// of it. <c>Logging:LogLevel:&lt;category&gt;</c> takes precedence for its category.
    /// </summary>
    public static ILoggingBuilder AddLevels(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter((category, at) =>
            at >= level
                && (
                    level <= LogLevel.Debug
                        || at >= LogLevel.Warning
                        || category?.StartsWith("EventPipeline", StringComparison.Ordinal) == true));

        // ASP.NET Core logs the query of every request, which may hold what does not belong in a log; the access log
        // has the rest.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

        // A failure is logged once, with vendor, account and window, when the attempt gives up; Polly would log every
        // try.
        logging.AddFilter("Polly", level <= LogLevel.Debug ? level : LogLevel.None);

        // The probe logs what is down, as a warning; the library would log it again, as an error.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);

        // A failure to start ends the command, which reports it in a sentence.
        logging.AddFilter(
            "Microsoft.Extensions.Hosting.Internal.Host", level <= LogLevel.Debug ? level : LogLevel.None);
        return logging;
    }
}
