using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace EventPipeline.Google.Logging;

/// <summary>
/// Writes the fields of one log entry. Numbers are numbers, money too, so that a log-based metric can extract them;
/// times are RFC 3339, days <c>YYYY-MM-DD</c>, a window its parts. Texts are cut, and no name occurs twice.
/// </summary>
internal sealed class CloudLoggingFields(Utf8JsonWriter json, int maxCharacters)
{
    private const int MaxItems = 100;
    private const int MaxNameLength = 100;

    // The entry's own fields, and those that Cloud Logging takes out of it.
    private static readonly FrozenSet<string> Own = FrozenSet.Create(
        StringComparer.Ordinal,
        "severity",
        "message",
        "time",
        "timestamp",
        "logger",
        "event",
        "eventId",
        "stack_trace",
        "exception",
        "@type",
        "serviceContext",
        "context",
        "httpRequest", "timestampSeconds", "timestampNanos", "labels");

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Writes a field of the entry itself; nothing for null.</summary>
    public void Write(string name, object? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            WriteValue(value);
        }
    }

    /// <summary>Begins an object; it ends when what is returned is disposed.</summary>
    public IDisposable Object(string name)
    {
        json.WriteStartObject(name);
        return new End(json);
    }

    /// <summary>Writes a named value of the message, its name in camel case; nothing for null.</summary>
    public void WriteNamed(string name, object? value)
    {
        switch (value)
        {
            case null or SumsByBasis { ByName.Count: 0 }:
                break;
            case AnsweredRequest request:
                WriteRequest(request);
                break;
            case Window window:
                WriteWindow(window);
                break;
            default:
                Write(Free(JsonNamingPolicy.CamelCase.ConvertName(name)), value);
                break;
        }
    }

    /// <summary>A value as text, or why it cannot be shown.</summary>
    public static string TextOf(object value)
    {
        try
        {
            return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        catch (Exception failure)
        {
            return $"{value.GetType().Name}, which cannot be shown: {failure.GetType().Name}";
        }
    }

    private void WriteWindow(Window window)
    {
        Write(Free("vendor"), window.Vendor);
        Write(Free("account"), window.Account);
        Write(Free("report"), window.Report);
        Write(Free("windowFrom"), window.From);
        Write(Free("windowTo"), window.To);
        Write(Free("windowDays"), window.Days);
    }

    // https://docs.cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
    private void WriteRequest(AnsweredRequest request)
    {
        using (Object("httpRequest"))
        {
            Write("requestMethod", request.Method);
            Write("requestUrl", request.Path);
            Write("status", request.Status);
            Write("latency", string.Create(CultureInfo.InvariantCulture, $"{request.Latency.TotalSeconds:0.000###}s"));
            Write("userAgent", request.UserAgent);
            Write("remoteIp", request.RemoteIp);
            Write("requestSize", request.RequestSize?.ToString(CultureInfo.InvariantCulture));
            Write("protocol", request.Protocol);
        }
    }

    private void WriteValue(object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case sbyte or byte or short or ushort or int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case uint or ulong:
                json.WriteNumberValue(Convert.ToUInt64(value, CultureInfo.InvariantCulture));
                break;
            case decimal money:
                json.WriteNumberValue(money);
                break;
            case float or double when Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number
                && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(
                    time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
                break;
            case DateOnly day:
                json.WriteStringValue(day.Text());
                break;
            case string text:
                json.WriteStringValue(Cut(text));
                break;
            case SumsByBasis sums:
                WriteSums(sums);
                break;
            case IEnumerable items:
                WriteItems(items);
                break;
            default:
                json.WriteStringValue(Cut(TextOf(value)));
                break;
        }
    }

    private void WriteSums(SumsByBasis sums)
    {
        json.WriteStartObject();
        foreach (var (basis, sum) in sums.ByName)
        {
            json.WriteNumber(basis, sum);
        }

        json.WriteEndObject();
    }

    private void WriteItems(IEnumerable items)
    {
        var left = maxCharacters;
        json.WriteStartArray();
        try
        {
            foreach (var text in items.Cast<object?>().Take(MaxItems).Select(item => TextOf(item ?? "")))
            {
                if ((left -= text.Length) < 0)
                {
                    json.WriteStringValue("…");
                    break;
                }

                json.WriteStringValue(text);
            }
        }
        catch (Exception failure) when (failure is not JsonException)
        {
            json.WriteStringValue($"… cannot be shown: {failure.GetType().Name}");
        }

        json.WriteEndArray();
    }

    private string Cut(string text)
    {
        if (text.Length <= maxCharacters)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[maxCharacters - 1]) ? maxCharacters - 1 : maxCharacters;
        return string.Create(
            CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}… ({text.Length - end} more characters)");
    }

    private string Free(string name)
    {
        name = name.Length <= MaxNameLength ? name : name[..MaxNameLength];
        name = name.StartsWith("logging.googleapis.com", StringComparison.Ordinal) ? $"_{name}" : name;
        while (Own.Contains(name) || !_taken.Add(name))
        {
            name = $"{name}_";
        }

        return name;
    }

    private sealed class End(Utf8JsonWriter json) : IDisposable
    {
        public void Dispose() => json.WriteEndObject();
    }
}
