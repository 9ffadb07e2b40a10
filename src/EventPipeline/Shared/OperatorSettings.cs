namespace EventPipeline.Shared;

/// <summary>The names that operators already know: <c>ENVIRONMENT</c>, <c>LOG_LEVEL</c>, <c>DEBUG</c>.</summary>
internal static class OperatorSettings
{
    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["information"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
        ["fatal"] = LogLevel.Critical,
        ["none"] = LogLevel.None,
    };

    /// <summary>
    /// The lowest level that is logged: <c>LOG_LEVEL</c>, else debug when <c>DEBUG</c> is true, else
    /// <c>Logging:LogLevel:Default</c>, else
    /// <paramref name="usual"/>.
    /// </summary>
    /// <param name="configuration">Where the two are read.</param>
    /// <param name="usual">The level when neither is set.</param>
    /// <param name="mistakes">Takes what is wrong with them, in a sentence each.</param>
    public static LogLevel ReadLogLevel(IConfiguration configuration, LogLevel usual, ICollection<string> mistakes)
    {
        var debug = false;
        if (configuration["DEBUG"] is { Length: > 0 } flag && !TryReadFlag(flag, out debug))
        {
            mistakes.Add($"DEBUG is '{flag}'; give true or false.");
        }

        if (configuration["LOG_LEVEL"] is not { Length: > 0 } name)
        {
            return debug ? LogLevel.Debug
                : Enum.TryParse<LogLevel>(
                    configuration["Logging:LogLevel:Default"], ignoreCase: true, out var configured)
                    ? configured
                : usual;
        }

        if (!Levels.TryGetValue(name, out var level))
        {
            mistakes.Add($"LOG_LEVEL is '{name}'. {Nearest.DidYouMean(name, Levels.Keys)}");
        }

        return level;
    }

    private static bool TryReadFlag(string text, out bool flag)
    {
        flag = text is "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return flag || text is "0" || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}
