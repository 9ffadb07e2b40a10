using System.Collections.Frozen;
using System.Text.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Reads the fields of one object of an answer as the vendor documents them. A field that is missing or of another kind
/// breaks the contract by name; undocumented fields are noted.
/// </summary>
/// <param name="element">The object.</param>
/// <param name="path">Where objects of this shape are in the answer, e.g. <c>data[].results[]</c>.</param>
/// <param name="place">Where this one is, for people, e.g. <c>the bucket of 2026-11-01</c>.</param>
/// <param name="conversation">The conversation it came in.</param>
/// <param name="around">Undocumented members around it, e.g. beside the results of its bucket.</param>
internal sealed class Fields(
    JsonElement element, string path, string place, Conversation conversation, UInt128 around = default)
{
    /// <summary>An object of a list.</summary>
    /// <exception cref="RejectedEventException">It is not an object.</exception>
    public static Fields FromItem(
        JsonElement element, string path, string place, Conversation conversation, UInt128 around = default) =>
        element.ValueKind == JsonValueKind.Object
            ? new Fields(element, path, place, conversation, around)
            : throw conversation.Broken($"'{path}' is not an object in {place}.");

    /// <summary>A hash of all that is said; the order of members and the spelling of numbers do not matter.</summary>
    public UInt128 Hash() => Canonical.Hash(element);

    /// <summary>
    /// What the row says beside its key. Undocumented members are noted, never an error, and distinguish rows.
    /// </summary>
    /// <param name="shape">The documented shape.</param>
    /// <param name="keyed">The dimensions that are in the natural key.</param>
    public RowWords Words(Shape shape, IReadOnlyCollection<string> keyed)
    {
        var words = new RowWords(0, around, 0, HasUnknown: around != 0);
        return Words(words, "", shape, keyed);
    }

    /// <summary>A whole number that has to be there. <c>5.0</c> and <c>1e3</c> are whole.</summary>
    public long GetInt64(string name) => GetInt64OrNull(name) ?? throw Missing(name);

    /// <summary>A whole number, or null where it is null or absent.</summary>
    public long? GetInt64OrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole))
            {
                return whole;
            }

            if (Money.TryParse(value.GetRawText(), Money.AsIs, out var exact, out var rounded)
                && !rounded && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue)
            {
                return (long)exact;
            }
        }

        throw Wrong(name, value, "a whole number of 64 bits");
    }

    /// <summary>Text, or null where it is null or absent. The empty string stays the empty string.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => String(name, value),
        { } value => throw Wrong(name, value, "text"),
    };

    /// <summary>Text that has to be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    /// <summary>True or false, or null where it is null or absent.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(name, value, "true or false"),
    };

    /// <summary>A decimal that has to be there, as a JSON number or as text.</summary>
    public decimal Exact(string name, int shift) => ExactOrNull(name, shift) ?? throw Missing(name);

    /// <summary>A decimal, as a JSON number or as text; null where it is null or absent.</summary>
    public decimal? ExactOrNull(string name, int shift)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => String(name, value),
            _ => "",
        };
        if (!Money.TryParse(text, shift, out var exact, out var rounded))
        {
            throw Wrong(
                name, value, "a decimal with at most 20 digits before the point that 28 digits can hold exactly");
        }

        if (rounded)
        {
            conversation.CountRounded();
        }

        return exact;
    }

    /// <summary>A time as this vendor writes it, UTC; null where it is null or absent.</summary>
    public DateTimeOffset? Time(string name) =>
        Find(name) is not { } value
            ? null
            : conversation.Protocol.ReadTime(value) ?? throw Wrong(name, value, "a time with its offset");

    /// <summary>An object that has to be there.</summary>
    public Fields Object(string name) => ObjectOrNull(name) ?? throw Missing(name);

    /// <summary>An object, or null where it is null or absent.</summary>
    public Fields? ObjectOrNull(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new Fields(value, $"{path}.{name}", place, conversation),
        { } value => throw Wrong(name, value, "an object"),
    };

    /// <summary>The objects of an array that has to be there.</summary>
    public IEnumerable<Fields> Objects(string name)
    {
        var value = Find(name) ?? throw Missing(name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, value, "an array");
        }

        foreach (var item in value.EnumerateArray())
        {
            yield return item.ValueKind == JsonValueKind.Object
                ? new Fields(item, $"{path}.{name}[]", place, conversation)
                : throw Wrong(name, item, "an array of objects");
        }
    }

    /// <summary>The objects of a map whose keys may grow, in the order of their names.</summary>
    public IEnumerable<(string Name, Fields Value)> Map() =>
        Names().Order(StringComparer.Ordinal).Select(name => (name, Object(name)));

    /// <summary>A value as it is, for details; null where it is null or absent.</summary>
    public JsonElement? Anything(string name) => Find(name);

    /// <summary>The names of the properties.</summary>
    public IEnumerable<string> Names() => element.EnumerateObject().Select(property => property.Name);

    /// <summary>A currency that has to be US dollars, in any case.</summary>
    /// <returns><c>USD</c>.</returns>
    public string UsDollars(string name) =>
        RequiredText(name) is var currency && currency.Equals("USD", StringComparison.OrdinalIgnoreCase)
        ? "USD"
        : throw Broken(name, $"is '{Quote(currency)}', where only US dollars are documented");

    /// <summary>Runs an addition of this object's numbers; one that does not fit 64 bits breaks the contract.</summary>
    public void WithinRange(Action add)
    {
        try
        {
            add();
        }
        catch (OverflowException exception)
        {
            throw conversation.Broken(
                $"the numbers in '{path}' add up to more than 64 bits hold ({place}).", exception);
        }
    }

    private RowWords Words(RowWords words, string at, Shape shape, IReadOnlyCollection<string> keyed)
    {
        foreach (var (name, value) in element.EnumerateObject().Select(member => (member.Name, member.Value)))
        {
            var here = Canonical.Path(at, name);
            var isNull = value.ValueKind == JsonValueKind.Null;
            switch (shape.Find(name))
            {
                case { Kind: MemberKind.Object, Shape: { } inner } when value.ValueKind == JsonValueKind.Object:
                    words = new Fields(value, $"{path}.{name}", place, conversation).Words(words, here, inner, []);
                    break;
                case { Kind: MemberKind.Metric or MemberKind.Object }:
                    words = isNull
                        ? words
                        : words with { Values = unchecked(words.Values + Canonical.Metric(here, value)) };
                    break;
                case { Kind: MemberKind.Trait }:
                    words = isNull
                        ? words
                        : words with { Others = unchecked(words.Others + Canonical.Hash(here, value)) };
                    break;
                case { Kind: MemberKind.Dimension } when isNull || keyed.Contains(name):
                case { Kind: MemberKind.Ignored }:
                case null when name == "object"
                    && value.ValueKind == JsonValueKind.String
                    && shape.ObjectTypes.Contains(String(name, value)):
                    break;
                case { Kind: MemberKind.Dimension }:
                    conversation.Note($"{path}.{name} is present although it was not requested: it distinguishes rows");
                    words = Unknown(words, here, value);
                    break;
                default:
                    conversation.Note($"{path}.{name}");
                    words = Unknown(words, here, value);
                    break;
            }
        }

        return words;
    }

    private static RowWords Unknown(RowWords words, string at, JsonElement value)
    {
        foreach (var (kind, hash) in Canonical.Leaves(at, value))
        {
            words = kind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False
                ? words with { Texts = unchecked(words.Texts + hash), HasUnknown = true }
                : words with { Others = unchecked(words.Others + hash), HasUnknown = true };
        }

        return words;
    }

    /// <summary>Notes every undocumented field.</summary>
    public void NoteUnknown(FrozenSet<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                conversation.Note($"{path}.{property.Name}");
            }
        }
    }

    /// <summary>Notes something about this kind of object.</summary>
    public void Note(string note) => conversation.Note($"{path}{note}");

    /// <summary>A field breaks the contract in a specific way.</summary>
    public RejectedEventException Broken(string name, string what) =>
        conversation.Broken($"'{path}.{name}' {what} ({place}).");

    /// <summary>
    /// The beginning of the vendor's words, safe to show: cut last, because half a credential is not recognised.
    /// </summary>
    public string Quote(string text)
    {
        var safe = conversation.Quote(text);
        return safe.Length <= 80 ? safe : string.Concat(safe.AsSpan(0, 80), "…");
    }

    private RejectedEventException Missing(string name) => Broken(name, "is missing or null");

    private RejectedEventException Wrong(string name, JsonElement value, string wanted) =>
        Broken(name, $"is {Quote(value.GetRawText())}, not {wanted}");

    private JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string String(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: JSON allows it, text does not.
            throw Wrong(name, value, "text");
        }
    }
}
