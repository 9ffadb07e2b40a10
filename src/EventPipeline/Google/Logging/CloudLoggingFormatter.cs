using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventPipeline.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EventPipeline.Google.Logging;

/// <summary>
/// One JSON object per line, with the fields that Cloud Logging and Error Reporting recognise
/// (https://docs.cloud.google.com/logging/docs/structured-logging,
/// https://docs.cloud.google.com/error-reporting/docs/formatting-error-messages) and every named value of the message.
/// It never fails: a value that cannot be written is named instead.
/// </summary>
internal sealed class CloudLoggingFormatter(
    TimeProvider clock, IConfiguration configuration, IHttpContextAccessor requests)
    : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "cloud-logging";

    /// <summary>Cloud Logging refuses entries over 256 KiB, with what it adds itself.</summary>
    public const int MaxBytes = 240 * 1024;

    private const string ReportedError =
        "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent";
    private const string OriginalFormat = "{OriginalFormat}";

    // The loggers of HTTP clients pass headers on as sent, credentials included: only their message is redacted.
    private const string HttpClients = "System.Net.Http.HttpClient";
    private const int MaxTextLength = 64 * 1024;
    private const int MaxFields = 100;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string? _project = configuration["GOOGLE_CLOUD_PROJECT"] is { Length: > 0 } project
        ? project
        : null;
    private readonly string _service = ServiceIdentity.Name(configuration);
    private readonly string _version = configuration["K_REVISION"] is { Length: > 0 } revision
        ? revision
        : ServiceIdentity.Version;

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var fields = Fields(logEntry.Category, logEntry.State);
        var entry = new Entry(
            clock.GetUtcNow(),
            logEntry.LogLevel,
            logEntry.Category,
            logEntry.EventId,
            Message(logEntry, fields),
            fields,
            logEntry.Exception);
        var buffer = new ArrayBufferWriter<byte>(1024);
        for (var most = MaxTextLength; ; most /= 4)
        {
            Write(entry, buffer, most);
            if (buffer.WrittenCount <= MaxBytes)
            {
                break;
            }

            buffer.ResetWrittenCount();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private void Write(Entry entry, IBufferWriter<byte> buffer, int most)
    {
        using var json = new Utf8JsonWriter(buffer, Options);
        var fields = new CloudLoggingFields(json, most);
        json.WriteStartObject();
        fields.Write("severity", Severity(entry.Level));
        fields.Write("message", entry.Message);
        fields.Write("time", entry.Time);
        WriteTrace(fields);
        fields.Write("logger", entry.Category);
        fields.Write("event", entry.Event.Name);
        fields.Write("eventId", entry.Event.Id);
        if (entry.Failure is not null)
        {
            fields.Write("stack_trace", CloudLoggingFields.TextOf(entry.Failure));
        }

        if (entry.Level >= LogLevel.Error)
        {
            WriteError(fields, entry);
        }

        foreach (var (name, value) in entry.Fields.Take(MaxFields))
        {
            fields.WriteNamed(name, value);
        }

        json.WriteEndObject();
    }

    private void WriteTrace(CloudLoggingFields fields)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return;
        }

        var trace = activity.TraceId.ToHexString();
        fields.Write("logging.googleapis.com/trace", _project is null ? trace : $"projects/{_project}/traces/{trace}");
        fields.Write("logging.googleapis.com/spanId", activity.SpanId.ToHexString());
        fields.Write("logging.googleapis.com/trace_sampled", activity.Recorded);
    }

    private void WriteError(CloudLoggingFields fields, Entry entry)
    {
        fields.Write("@type", ReportedError);
        using (fields.Object("serviceContext"))
        {
            fields.Write("service", _service);
            fields.Write("version", _version);
        }

        using (fields.Object("context"))
        {
            if (Request() is { } request)
            {
                using (fields.Object("httpRequest"))
                {
                    fields.Write("method", request.Method);
                    fields.Write("url", request.Path);
                    fields.Write("userAgent", request.UserAgent);
                    fields.Write("remoteIp", request.RemoteIp);
                }
            }

            if (entry.Failure is null)
            {
                // Without a stack trace, errors are distinguished by where they are reported.
                using (fields.Object("reportLocation"))
                {
                    fields.Write("filePath", entry.Category);
                    fields.Write("lineNumber", entry.Event.Id);
                    fields.Write("functionName", entry.Event.Name ?? entry.Category);
                }
            }
        }
    }

    private AnsweredRequest? Request()
    {
        try
        {
            return requests.HttpContext is { } context ? AnsweredRequest.FromContext(context, 0, TimeSpan.Zero) : null;
        }
        catch (Exception ended) when (
            ended is ObjectDisposedException or InvalidOperationException or NullReferenceException)
        {
            return null; // The request is over, but work that it began is not.
        }
    }

    private static List<KeyValuePair<string, object?>> Fields<TState>(string category, TState state)
    {
        try
        {
            return state is IEnumerable<KeyValuePair<string, object?>> values
                && !category.StartsWith(HttpClients, StringComparison.Ordinal)
                ? [.. values]
                : [];
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static string Message<TState>(in LogEntry<TState> logEntry, List<KeyValuePair<string, object?>> fields)
    {
        try
        {
            return logEntry.Formatter(logEntry.State, logEntry.Exception);
        }
        catch (Exception failure)
        {
            var format = fields.Find(field => field.Key == OriginalFormat).Value as string ?? logEntry.Category;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{format} (one of its values cannot be shown: {failure.GetType().Name})");
        }
        finally
        {
            fields.RemoveAll(field => field.Key == OriginalFormat);
        }
    }

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        LogLevel.Critical => "CRITICAL",
        _ => "DEFAULT",
    };

    private sealed record Entry(
        DateTimeOffset Time,
        LogLevel Level,
        string Category,
        EventId Event,
        string Message,
        IReadOnlyCollection<KeyValuePair<string, object?>> Fields,
        Exception? Failure);
}
