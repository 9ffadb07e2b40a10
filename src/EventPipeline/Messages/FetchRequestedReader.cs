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
    private const int MaxWindows = 100;
    private const int MinYear = 2000;
    private const int MaxYear = 2099;

    private const string Windows = "windows";

    private static readonly string[] OfMessage = ["runId", "mode", "vendor"];
    private static readonly string[] OfWindow = ["account", "report"];

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
        RequireTexts(members, OfMessage);
        RequireIds(members);
        var windows = Of(members);
        if (windows.Count is 0 or > MaxWindows)
        {
            throw new RejectedEventException(
                $"{What} has {windows.Count} windows; it must have 1 to {MaxWindows}.", Hint);
        }

        foreach (var window in windows)
        {
            RequireTexts(window, OfWindow);
            RequireNames(window);
            _ = Required(window, "from");
            _ = Required(window, "to");
        }

        var message = Deserialize(root, members.ContainsKey(Windows));
        foreach (var each in message.Each())
        {
            RequireDays(each.Window);
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
    /// Reads which windows of which run a body requests, whatever else is wrong with it, its mode included; none if
    /// that cannot be read.
    /// </summary>
    public static IReadOnlyList<GivenUpWindow> TryReadWindows(ReadOnlyMemory<byte> body)
    {
        try
        {
            var members = StrictJson.Members(StrictJson.Parse(body, What), What, "{}");
            RequireIds(members);
            return
            [
                .. Of(members)
                    .Select(window => GivenUp(members, window))
                    .Where(givenUp => givenUp.Window.Days is > 0 and <= MaxDays),
            ];
        }
        catch (RejectedEventException)
        {
            return [];
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
        var id = message.Others.Count == 0
            ? $"{message.RunId}.{message.Window.Id}"
            : FormattableString.Invariant($"{message.RunId}.{message.Window.Id}+{message.Others.Count}");
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
    public static byte[] Write(FetchRequested message)
    {
        if (message.Others.Count == 0)
        {
            return JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.FetchRequested);
        }

        var windows = message.Each().Select(each =>
            new RequestedWindow(each.Account, each.Report, each.From, each.To, each.Force));
        return JsonSerializer.SerializeToUtf8Bytes(
            new SharedFetchRequested(message.RunId, message.Mode, message.Vendor, [.. windows]),
            MessageJson.Default.SharedFetchRequested);
    }

    /// <summary>The members of each window: those of the message, or of each element of its windows.</summary>
    private static IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Of(
        IReadOnlyDictionary<string, JsonElement> message)
    {
        if (!message.TryGetValue(Windows, out var list))
        {
            return [message];
        }

        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(window => StrictJson.Members(window, $"{What}'s window", "{…}"))]
            : throw new RejectedEventException($"{What}'s windows are not an array.", Hint);
    }

    private static void RequireTexts(IReadOnlyDictionary<string, JsonElement> members, string[] names)
    {
        foreach (var name in names)
        {
            if (Text(members, name).Length == 0)
            {
                throw new RejectedEventException($"{What}'s {name} is empty.", Hint);
            }
        }
    }

    /// <summary>Rows, statements and events are named after these, so they are checked, whoever wrote them.</summary>
    private static void RequireIds(IReadOnlyDictionary<string, JsonElement> members)
    {
        if (Text(members, "runId") is var runId && !RunId.IsValid(runId))
        {
            throw new RejectedEventException(
                $"{What}'s runId is {Shown.Quoted(runId)} ({runId.Length} characters); it must be 1 to "
                + $"{RunId.MaxCharacters} letters, digits, dashes and underscores.",
                Hint);
        }

        RequireName("vendor", Text(members, "vendor"));
    }

    private static void RequireNames(IReadOnlyDictionary<string, JsonElement> window)
    {
        RequireName("account", Text(window, "account"));
        RequireName("report", Text(window, "report"));
    }

    private static void RequireName(string name, string text)
    {
        if (!AccountName.IsValid(text))
        {
            throw new RejectedEventException(
                $"{What}'s {name} is {Shown.Quoted(text)} ({text.Length} characters); a name must be 1 to 63 "
                + "letters, digits, dots, dashes and underscores.",
                Hint);
        }
    }

    private static void RequireDays(Window window)
    {
        if (window.From.Year is < MinYear or > MaxYear || window.To.Year is < MinYear or > MaxYear)
        {
            throw new RejectedEventException(
                $"{What}'s window is {window.From:yyyy-MM-dd} to {window.To:yyyy-MM-dd}; its days must be in "
                + $"the years {MinYear} to {MaxYear}.",
                Hint);
        }

        if (window.To < window.From || window.Days > MaxDays)
        {
            throw new RejectedEventException(
                $"{What}'s window is {window.From:yyyy-MM-dd} to {window.To:yyyy-MM-dd}; it must be 1 to "
                + $"{MaxDays} days, in order.",
                Hint);
        }
    }

    private static FetchRequested Deserialize(JsonElement root, bool hasSeveral)
    {
        try
        {
            if (!hasSeveral)
            {
                return root.Deserialize(MessageJson.Default.FetchRequested)!;
            }

            var (runId, mode, vendor, windows) = root.Deserialize(MessageJson.Default.SharedFetchRequested)!;
            var (account, report, from, to, force) = windows[0];
            return new FetchRequested(runId, mode, vendor, account, report, from, to, force)
            {
                Others = [.. windows.Skip(1)],
            };
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

    private static GivenUpWindow GivenUp(
        IReadOnlyDictionary<string, JsonElement> message, IReadOnlyDictionary<string, JsonElement> window)
    {
        RequireNames(window);
        return new GivenUpWindow(
            Text(message, "runId"),
            ModeOf(message),
            new Window(
                Text(message, "vendor"),
                Text(window, "account"),
                Text(window, "report"),
                Day(window, "from"),
                Day(window, "to")));
    }

    private static string Text(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        StrictJson.Text(Required(members, name), name, "…");

    private static DateOnly Day(IReadOnlyDictionary<string, JsonElement> members, string name) =>
        UtcDay.TryParse(Text(members, name), out var day)
        ? day
        : throw new RejectedEventException($"{What}'s {name} is not a day.", Hint);

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
