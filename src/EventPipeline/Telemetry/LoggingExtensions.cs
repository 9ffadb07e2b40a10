namespace EventPipeline.Telemetry;

/// <summary>How much is logged, wherever it goes to.</summary>
internal static class LoggingExtensions
{
    /// <summary>
    /// Logs what the service says from a level on, and of everything else what is at least a warning; from debug down, all of it.
    /// <c>Logging:LogLevel:&lt;category&gt;</c> has the last word for its category.
    /// </summary>
    public static ILoggingBuilder AddLevels(this ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter((category, at) =>
            at >= level && (level <= LogLevel.Debug || at >= LogLevel.Warning || category?.StartsWith("EventPipeline", StringComparison.Ordinal) == true));

        // ASP.NET Core logs the query of every request, which may hold what belongs in no log; the access log has the
        // rest.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

        // Whoever gives up logs a failure once, with vendor, account and window; Polly would log every try.
        logging.AddFilter("Polly", level <= LogLevel.Debug ? level : LogLevel.None);

        // The probe logs what is down, as a warning; the library would log it again, as an error.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);

        // Nothing is protected with the keys of which it warns at every start that a container does not keep them.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", level <= LogLevel.Debug ? level : LogLevel.Error);

        // What keeps the service from starting ends the command, which says it in a sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level <= LogLevel.Debug ? level : LogLevel.None);
        return logging;
    }
}
