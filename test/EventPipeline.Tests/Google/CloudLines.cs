using System.Collections.Concurrent;
using System.Text.Json;
using EventPipeline.Google.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventPipeline.Tests.Google;

/// <summary>Everything that is logged, as the lines that Cloud Logging reads.</summary>
internal sealed class CloudLines(
    TimeProvider clock,
    IHttpContextAccessor? requests = null,
    params (string Name, string? Value)[] settings) : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly CloudLoggingFormatter _formatter = new(
        clock,
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Prepend(("GOOGLE_CLOUD_PROJECT", "p-1"))
                    .Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2)))
            .Build(),
        requests ?? new HttpContextAccessor());

    /// <summary>What was written, each with its line break.</summary>
    public IReadOnlyCollection<string> Texts => _texts;

    /// <summary>What was written, read again.</summary>
    public IReadOnlyList<JsonElement> All => [.. _texts.Select(text => JsonElement.Parse(text))];

    /// <summary>The entries of an event, in order.</summary>
    public IReadOnlyList<JsonElement> Of(string name) =>
        [.. All.Where(entry => entry.TryGetProperty("event", out var found) && found.GetString() == name)];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(CloudLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            using var text = new StringWriter();
            lines._formatter.Write(
                new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), null, text);
            lines._texts.Enqueue(text.ToString());
        }
    }
}
