using System.Text.Json;

namespace EventPipeline.Messages;

/// <summary>
/// The arguments of a run as they were sent, in the body and in attributes, and what is wrong with them. Mistakes are
/// collected, so that a person can correct them all at once, up to <see cref="MaxMistakes"/>: reading stops there.
/// </summary>
internal sealed class RunArguments
{
    /// <summary>Enough to see what is wrong.</summary>
    public const int MaxMistakes = 10;

    /// <summary>More accounts than anyone has; a list is not read beyond that.</summary>
    public const int MaxNames = 1_000;

    private readonly Dictionary<string, JsonElement> _body = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly List<(string Reason, string Hint)> _problems = [];

    /// <param name="body">A JSON object, or nothing.</param>
    /// <param name="attributes">The attributes of the message.</param>
    /// <param name="requireKnown">Whether an unknown name is a mistake.</param>
    /// <exception cref="RejectedEventException">
    /// The body is not a JSON object, or there are too many mistakes.
    /// </exception>
    public RunArguments(ReadOnlyMemory<byte> body, Attributes attributes, bool requireKnown = true)
    {
        const string what = "The run request's body";
        if (body.Span.ContainsAnyExcept(" \t\r\n"u8))
        {
            foreach (var (name, value) in StrictJson.EachMember(StrictJson.Parse(body, what), what, """{"days": 3}"""))
            {
                if (IsKnown(name, "field", requireKnown))
                {
                    _body.Add(name, value);
                }
            }
        }

        foreach (var (name, value) in attributes.Without(ReservedNames.IsNoArgument))
        {
            if (IsKnown(name, "attribute", requireKnown))
            {
                _attributes.Add(name, value);
            }
        }
    }

    /// <summary>Notes a mistake.</summary>
    /// <exception cref="RejectedEventException">There are enough of them now.</exception>
    public void Reject(string reason, string hint)
    {
        if (_problems.Contains((reason, hint)))
        {
            return;
        }

        _problems.Add((reason, hint));
        if (_problems.Count == MaxMistakes)
        {
            ThrowIfAnyWasRejected();
        }
    }

    /// <summary>Throws with every mistake noted.</summary>
    /// <exception cref="RejectedEventException">There was at least one.</exception>
    public void ThrowIfAnyWasRejected()
    {
        if (_problems.Count > 0)
        {
            throw new RejectedEventException(
                string.Join(" ", _problems.Select(p => p.Reason)),
                string.Join(" ", _problems.Select(p => p.Hint).Distinct()));
        }
    }

    public int? Days() => One<int>(
        "days", "3",
        element => element.ValueKind == JsonValueKind.Number ? WholeNumber(element.GetRawText()) : null,
        WholeNumber,
        "a whole number from 1 to 30");

    public bool? Force() => One<bool>(
        "force", "true",
        element => element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.ValueKind == JsonValueKind.True
            : null,
        text => text switch { "true" => true, "false" => false, _ => null },
        "true or false");

    /// <summary>A field that holds one text.</summary>
    public string? Text(string name, string example)
    {
        var fromBody = Body(name) is { } element ? Text(element, name, example) : null;
        var fromAttribute = _attributes.GetValueOrDefault(name);
        return Agreed(name, fromBody, fromAttribute, (a, b) => a == b, a => a);
    }

    /// <summary>A field that holds several names, each once; null when it was not sent.</summary>
    public IReadOnlyList<string>? Names(string name, string example)
    {
        IReadOnlyList<string>? fromBody = Body(name) is { } element ? List(element, name, example) : null;
        IReadOnlyList<string>? fromAttribute = _attributes.TryGetValue(name, out var text)
            ? NotEmpty(text.Split(' ', MaxNames + 1, StringSplitOptions.RemoveEmptyEntries), name, example)
            : null;
        var names = Agreed(
            name, fromBody, fromAttribute, (a, b) => a.ToHashSet().SetEquals(b), a => string.Join(' ', a));
        return names?.Distinct(StringComparer.Ordinal).ToList();
    }

    private T? One<T>(
        string name, string example, Func<JsonElement, T?> readBody, Func<string, T?> readAttribute, string wanted)
        where T : struct
    {
        T? fromBody = null;
        if (Body(name) is { } element)
        {
            fromBody = readBody(element);
            Require(fromBody, name, $"{wanted}, not {Shown.Plain(element.GetRawText(), 100)}", example);
        }

        T? fromAttribute = null;
        if (_attributes.TryGetValue(name, out var text))
        {
            fromAttribute = readAttribute(text);
            Require(fromAttribute, name, $"{wanted}, not {Shown.Quoted(text)}", example);
        }

        return Agreed<object>(
            name, fromBody, fromAttribute, Equals, value => value.ToString()!.ToLowerInvariant()) is T value
            ? value
            : null;
    }

    private void Require<T>(T? value, string name, string sentence, string example)
        where T : struct
    {
        if (value is null)
        {
            Reject($"{name} must be {sentence}.", $"Send {name} as {example}.");
        }
    }

    private T? Agreed<T>(string name, T? fromBody, T? fromAttribute, Func<T, T, bool> equal, Func<T, string> show)
        where T : class
    {
        if (fromBody is not null && fromAttribute is not null && !equal(fromBody, fromAttribute))
        {
            Reject(
                $"{name} is {Shown.Quoted(show(fromBody))} in the body and {Shown.Quoted(show(fromAttribute))} as an "
                    + "attribute.",
                $"Send {name} once, or the same in both.");
        }

        return fromBody ?? fromAttribute;
    }

    private JsonElement? Body(string name)
    {
        if (!_body.TryGetValue(name, out var element))
        {
            return null;
        }

        if (element.ValueKind == JsonValueKind.Null)
        {
            Reject($"{name} is null.", $"Leave {name} out, or give it a value.");
            return null;
        }

        return element;
    }

    private string? Text(JsonElement element, string name, string example)
    {
        try
        {
            return StrictJson.Text(element, name, example);
        }
        catch (RejectedEventException ex)
        {
            Reject(ex.Message, ex.Hint);
            return null;
        }
    }

    private IReadOnlyList<string>? List(JsonElement element, string name, string example)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            Reject(
                $"{name} must be a list of strings, not {StrictJson.Kind(element)}.",
                $"Send {name} as [\"{example}\"].");
            return null;
        }

        var names = new List<string>();
        foreach (var item in element.EnumerateArray())
        {
            if (Text(item, $"{name}[{names.Count}]", example) is not { } text)
            {
                return null;
            }

            names.Add(text);
            if (names.Count > MaxNames)
            {
                break;
            }
        }

        return NotEmpty(names, name, example);
    }

    private IReadOnlyList<string>? NotEmpty(IReadOnlyList<string> names, string name, string example)
    {
        if (names.Count > MaxNames)
        {
            Reject($"{name} has more than {MaxNames} names.", $"Leave {name} out for all.");
            return null;
        }

        if (names.Count > 0)
        {
            return names;
        }

        Reject($"{name} is empty.", $"Leave {name} out for all, or name some, such as {example}.");
        return null;
    }

    // JSON allows 3.0 and 3e0; people who write those do not mean a number of days.
    private static int? WholeNumber(string text) =>
        text.Length is > 0 and <= 4
            && text.All(char.IsAsciiDigit)
            && int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is >= 1 and <= 30 and var days
            ? days
            : null;

    private bool IsKnown(string name, string what, bool required)
    {
        if (RunRequestedReader.Fields.Contains(name))
        {
            return true;
        }

        if (required)
        {
            Reject(
                $"A run request has no {what} {Shown.Quoted(name)}.",
                Nearest.DidYouMeanOneOf(name, RunRequestedReader.Fields));
        }

        return false;
    }
}
