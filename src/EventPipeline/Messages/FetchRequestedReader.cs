using System.Globalization;
using System.Text.Json;

namespace EventPipeline.Messages;

/// <summary>
/// Reads and writes requests of windows. Machines write them, so unknown fields are ignored, but the known ones are
/// checked, so that a revision that writes nonsense is noticed.
/// </summary>
internal static class FetchRequestedReader
{
    private const string What = "The fetch request";
    private const string Hint = "Only the fan-out writes these; publish a run request instead.";
    private const int MaxDays = 366;
    private const int MaxTimes = 100;
    private const int MinYear = 2000;
    private const int MaxYear = 2099;

    private static readonly string[] RequiredTexts = ["runId", "mode", "vendor", "account", "report"];

    private static readonly string[] Names = ["vendor", "account", "report"];

    /// <summary>Reads a body.</summary>
    /// <exception cref="RejectedEventException">A field is missing or invalid.</exception>
    public static FetchRequested Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            throw new RejectedEventException($"{What} is empty.", Hint);
        }

        var root = StrictJson.Parse(body, What);
        var members = StrictJson.Members(root, What, """{"runId": "…", "mode": "production", "vendor": "…", …}""");
        foreach (var name in RequiredTexts)
        {
            if (StrictJson.Text(Required(members, name), name, "…").Length == 0)
            {
                throw new RejectedEventException($"{What}'s {name} is empty.", Hint);
            }
        }

        RequireIds(members);
        _ = Required(members, "from");
        _ = Required(members, "to");
        var message = Deserialize(root);
        if (message.From.Year is < MinYear or > MaxYear || message.To.Year is < MinYear or > MaxYear)
        {
            throw new RejectedEventException(
                $"{What}'s window is {message.From:yyyy-MM-dd} to {message.To:yyyy-MM-dd}; its days must be in "
                + $"the years {MinYear} to {MaxYear}.",
                Hint);
        }

        if (message.To < message.From || message.Window.Days > MaxDays)
        {
            throw new RejectedEventException(
                $"{What}'s window is {message.From:yyyy-MM-dd} to {message.To:yyyy-MM-dd}; it must be 1 to "
                + $"{MaxDays} days, in order.",
                Hint);
        }

        if (message.StepDays is < 1 or > MaxDays)
        {
            throw new RejectedEventException(
                $"{What}'s stepDays is {message.StepDays}; a step must be 1 to {MaxDays} days.", Hint);
        }

        if (message.TimesOutOfTime is < 0 or > MaxTimes)
        {
            throw new RejectedEventException(
                $"{What}'s timesOutOfTime is {message.TimesOutOfTime}; it must be 0 to {MaxTimes}.", Hint);
        }

        return message;
    }

    /// <summary>
    /// Reads which window of which run a body requests, whatever else is wrong with it, its mode included; null if that
    /// cannot be read.
    /// </summary>
    public static GivenUpWindow? TryReadWindow(ReadOnlyMemory<byte> body)
    {
        try
        {
            var members = StrictJson.Members(StrictJson.Parse(body, What), What, "{}");
            foreach (var name in RequiredTexts.Where(name => name != "mode"))
            {
                _ = StrictJson.Text(Required(members, name), name, "…");
            }

            RequireIds(members);
            var (from, to) = (Day("from"), Day("to"));
            return from <= to && to.DayNumber - from.DayNumber < MaxDays
                ? new GivenUpWindow(
                    Name("runId"),
                    ModeOf(members),
                    new Window(Name("vendor"), Name("account"), Name("report"), from, to))
                : null;

            string Name(string name) => members[name].GetString()!;

            DateOnly Day(string name) => DateOnly.TryParseExact(
                StrictJson.Text(Required(members, name), name, "…"),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day)
                ? day
                : throw new RejectedEventException($"{What}'s {name} is not a day.", Hint);
        }
        catch (RejectedEventException)
        {
            return null;
        }
    }

    /// <summary>The message that requests a window, or the rest of one.</summary>
    /// <param name="message">The request.</param>
    /// <param name="requestedAt">When the run was requested, UTC.</param>
    /// <param name="rest">
    /// From which day on a window is read that an earlier message began; null for all of it. Another day, another size
    /// of step or another failure is another event.
    /// </param>
    public static OutgoingMessage CloudEvent(FetchRequested message, DateTimeOffset requestedAt, DateOnly? rest = null)
    {
        var id = $"{message.RunId}.{message.Window.Id}";
        var asked = OutgoingMessage.CloudEvent(
            rest is null
                ? id
                : FormattableString.Invariant(
                    $"{id}.{rest:yyyyMMdd}-{message.StepDays ?? message.Window.Days}-{message.TimesOutOfTime}"),
            FetchRequested.EventType,
            requestedAt,
            Write(message));
        return asked.With(FetchAttributes.Vendor, message.Vendor);
    }

    /// <summary>The body of the request.</summary>
    public static byte[] Write(FetchRequested message) =>
        JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.FetchRequested);

    /// <summary>Rows, statements and events are named after these, so they are checked, whoever wrote them.</summary>
    private static void RequireIds(IReadOnlyDictionary<string, JsonElement> members)
    {
        if (members["runId"].GetString() is var runId && !RunId.IsValid(runId!))
        {
            throw new RejectedEventException(
                $"{What}'s runId is {Shown.Quoted(runId!)} ({runId!.Length} characters); it must be 1 to "
                + $"{RunId.MaxCharacters} letters, digits, dashes and underscores.",
                Hint);
        }

        foreach (var name in Names)
        {
            if (members[name].GetString() is var text && !AccountName.IsValid(text!))
            {
                throw new RejectedEventException(
                    $"{What}'s {name} is {Shown.Quoted(text!)} ({text!.Length} characters); a name must be 1 to 63 "
                    + "letters, digits, dots, dashes and underscores.",
                    Hint);
            }
        }
    }

    private static FetchRequested Deserialize(JsonElement root)
    {
        try
        {
            return root.Deserialize(MessageJson.Default.FetchRequested)!;
        }
        catch (JsonException ex) when (ex.Path == "$.mode")
        {
            var mode = root.GetProperty("mode").GetString()!;
            throw new RejectedEventException(
                $"{What}'s mode is {Shown.Quoted(mode)}.",
                Nearest.DidYouMean(mode, RunModeNames.All),
                innerException: ex);
        }
        catch (JsonException ex)
        {
            var field = ex.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "content";
            throw new RejectedEventException(
                $"{What}'s {Shown.Plain(field, 100)} is not valid.", Hint, innerException: ex);
        }
    }

    private static RunMode? ModeOf(IReadOnlyDictionary<string, JsonElement> members) =>
        members.TryGetValue("mode", out var element)
        && element.ValueKind == JsonValueKind.String
        && RunModeNames.TryParse(StrictJson.Text(element, "mode", "…"), out var mode)
            ? mode
            : null;

    private static JsonElement Required(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new RejectedEventException($"{What} has no {name}.", Hint);
}
