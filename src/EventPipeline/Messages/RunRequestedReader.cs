using System.Text.Json;

namespace EventPipeline.Messages;

/// <summary>
/// Reads run requests strictly: the body is a JSON object or empty, each field may be an attribute instead, and
/// whatever is not understood is rejected by name, with the nearest valid value.
/// </summary>
internal static class RunRequestedReader
{
    /// <summary>Every field, as named in bodies and attributes.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "mode",
        "days",
        "force",
        "vendors",
        "accounts",
        "reports",
        "from",
        "to",
    ];

    /// <summary>Reads an event; <em>today</em> is the event's own UTC day.</summary>
    /// <exception cref="RejectedEventException">
    /// It requests something that does not exist, or cannot be read.
    /// </exception>
    public static RunRequested Read(ReceivedEvent received, Catalogue catalogue) =>
        Read(received.Data, received.Attributes, DateOnly.FromDateTime(received.Time.UtcDateTime), catalogue);

    /// <summary>Reads a body that came without an event, over HTTP.</summary>
    /// <param name="body">JSON, or nothing for the daily run.</param>
    /// <param name="today">The UTC day on which it arrived.</param>
    /// <param name="catalogue">What exists.</param>
    /// <exception cref="RejectedEventException">
    /// It requests something that does not exist, or cannot be read.
    /// </exception>
    public static RunRequested Read(ReadOnlyMemory<byte> body, DateOnly today, Catalogue catalogue) =>
        Read(body, Attributes.None, today, catalogue);

    /// <summary>The mode that a trigger requests, whatever else is wrong with it; null if it cannot be read.</summary>
    public static RunMode? TryReadMode(ReceivedEvent received)
    {
        try
        {
            var arguments = new RunArguments(received.Data, received.Attributes, requireKnown: false);
            var mode = Mode(arguments);
            arguments.ThrowIfAnyWasRejected();
            return mode;
        }
        catch (RejectedEventException)
        {
            return null;
        }
    }

    /// <summary>The body that requests the same run.</summary>
    public static byte[] Write(RunRequested run)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("mode", run.Mode.Name());
            if (run.Days is { } days)
            {
                json.WriteNumber("days", days);
            }

            WriteDay(json, "from", run.From);
            WriteDay(json, "to", run.To);
            json.WriteBoolean("force", run.Force);
            WriteNames(json, "vendors", run.Vendors);
            WriteNames(json, "accounts", run.Accounts);
            WriteNames(json, "reports", run.Reports);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static RunRequested Read(
        ReadOnlyMemory<byte> body, Attributes attributes, DateOnly today, Catalogue catalogue)
    {
        var arguments = new RunArguments(body, attributes);
        var mode = Mode(arguments);
        var (days, from, to) = new RunDays(arguments, today).Read();
        var force = arguments.Force() ?? false;
        var (vendors, accounts, reports) = RunScope.Read(arguments, catalogue);
        arguments.ThrowIfAnyWasRejected();
        return new RunRequested(mode, days, from, to, force, vendors, accounts, reports);
    }

    private static RunMode Mode(RunArguments arguments)
    {
        var text = arguments.Text("mode", RunModeNames.Production) ?? RunModeNames.Production;
        if (!RunModeNames.TryParse(text, out var mode))
        {
            arguments.Reject(
                $"mode must be {string.Join(", ", RunModeNames.All)}, not {Shown.Quoted(text)}.",
                Nearest.DidYouMean(text, RunModeNames.All));
        }

        return mode;
    }

    private static void WriteDay(Utf8JsonWriter json, string name, DateOnly? day)
    {
        if (day is { } value)
        {
            json.WriteString(name, value.Text());
        }
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
