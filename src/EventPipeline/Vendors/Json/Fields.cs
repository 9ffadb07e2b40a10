using System.Collections.Frozen;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Reads the fields of one object of an answer as the vendor documents them. A field that is missing or of another kind
/// breaks the contract by name; undocumented fields are noted. Valid until the next object is read.
/// </summary>
internal readonly struct Fields(JsonValue element)
{
    /// <summary>The object.</summary>
    public JsonValue Value => element;

    private JsonValues Values => element.Values;

    /// <summary>A hash of all that is said; the order of members and the spelling of numbers do not matter.</summary>
    public UInt128 Hash() => Canonical.Hash(element);

    /// <summary>A hash of the object's text, word for word.</summary>
    public UInt128 HashOfText() => XxHash128.HashToUInt128(element.Raw);

    /// <summary>
    /// What the row says beside its key. Undocumented members are noted, never an error, and distinguish rows.
    /// </summary>
    /// <param name="shape">The documented shape.</param>
    /// <param name="keyed">The dimensions that are in the natural key.</param>
    public RowWords Words(Shape shape, IReadOnlyCollection<string> keyed)
    {
        var words = default(WordSums);
        Values.Reading(shape, keyed).Add(element, ref words);
        return new RowWords(
            words.Leaves.Texts,
            unchecked(words.Leaves.Others + Values.Around),
            words.Values,
            words.HasUnknown || Values.Around != 0);
    }

    /// <summary>The natural key of a row in a one-day bucket.</summary>
    /// <param name="fetch">Whose row it is.</param>
    /// <param name="grain">The grouping.</param>
    /// <param name="day">The day.</param>
    /// <param name="names">The members that distinguish rows, texts and flags, in the order of the key.</param>
    public RowKey Key(FetchContext fetch, string grain, DateOnly day, IReadOnlyList<string> names) =>
        Key(fetch, grain, Bucket.FromDay(day), names);

    /// <summary>The natural key of a row in a bucket of any width, or of an event.</summary>
    /// <param name="fetch">Whose row it is.</param>
    /// <param name="grain">The grouping.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="names">The members that distinguish rows, texts and flags, in the order of the key.</param>
    public RowKey Key(FetchContext fetch, string grain, Bucket bucket, IReadOnlyList<string> names)
    {
        var key = Values.Key;
        key.Begin(fetch, grain, bucket);
        for (var i = 0; i < names.Count; i++)
        {
            key.Add(names[i]);
            AddTo(key, names[i]);
        }

        return key.ToRowKey();
    }

    /// <summary>Begins the JSON object of a column.</summary>
    public Details Details() => Values.Details;

    /// <summary>A whole number that has to be there. <c>5.0</c> and <c>1e3</c> are whole.</summary>
    public long GetInt64(string name) => GetInt64OrNull(name) ?? throw Missing(name);

    /// <summary>A whole number, or null where it is null or absent.</summary>
    public long? GetInt64OrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.Kind == JsonValueKind.Number
            || (value.Kind == JsonValueKind.String && Values.Conversation.Protocol.WritesNumbersAsText))
        {
            if (value.Kind == JsonValueKind.Number && value.TryGetInt64(out var whole))
            {
                return whole;
            }

            if (TryExact(value, Money.AsIs, out var exact, out var rounded)
                && !rounded && decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue)
            {
                return (long)exact;
            }
        }

        throw Wrong(value, "a whole number of 64 bits");
    }

    /// <summary>Text, or null where it is null or absent. The empty string stays the empty string.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { Kind: JsonValueKind.String } value => StringOf(value),
        { } value => throw Wrong(value, "text"),
    };

    /// <summary>Text that has to be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    /// <summary>An id, which may be text or a whole number; null where it is null, absent or empty.</summary>
    public string? Identifier(string name) => Find(name) switch
    {
        null => null,
        { Kind: JsonValueKind.String } text => StringOf(text) is { Length: > 0 } id ? id : null,
        { Kind: JsonValueKind.Number } value when value.TryGetInt64(out var number) =>
            number.ToString(CultureInfo.InvariantCulture),
        { } value => throw Wrong(value, "an id: text, or a whole number of 64 bits"),
    };

    /// <summary>An id that has to be there.</summary>
    public string RequiredIdentifier(string name) =>
        Identifier(name) ?? throw Broken(name, "is missing, null or empty");

    /// <summary>True or false, or null where it is null or absent.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { Kind: JsonValueKind.True } => true,
        { Kind: JsonValueKind.False } => false,
        { } value => throw Wrong(value, "true or false"),
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

        if (value.Kind is not (JsonValueKind.Number or JsonValueKind.String)
            || !TryExact(value, shift, out var exact, out var rounded))
        {
            throw Wrong(value, "a decimal with at most 20 digits before the point that 28 digits can hold exactly");
        }

        if (rounded)
        {
            Values.Conversation.CountRounded();
        }

        return exact;
    }

    /// <summary>A time as this vendor writes it, UTC; null where it is null or absent.</summary>
    public DateTimeOffset? Time(string name) =>
        Find(name) is not { } value
            ? null
            : Values.Conversation.Protocol.ReadTime(value.ToElement()) ?? throw Wrong(value, "a time with its offset");

    /// <summary>An object that has to be there.</summary>
    public Fields Object(string name) => ObjectOrNull(name) ?? throw Missing(name);

    /// <summary>An object, or null where it is null or absent.</summary>
    public Fields? ObjectOrNull(string name) => Find(name) switch
    {
        null => null,
        { Kind: JsonValueKind.Object } value => new Fields(value),
        { } value => throw Wrong(value, "an object"),
    };

    /// <summary>The objects of an array that has to be there.</summary>
    public IEnumerable<Fields> Objects(string name)
    {
        var value = Find(name) ?? throw Missing(name);
        if (value.Kind != JsonValueKind.Array)
        {
            throw Wrong(value, "an array");
        }

        foreach (var item in value.Children)
        {
            yield return item.Kind == JsonValueKind.Object
                ? new Fields(item)
                : throw Broken(name, $"is {Quote(item.GetRawText())}, not an array of objects");
        }
    }

    /// <summary>The objects of a map whose keys may grow, in the order of their names.</summary>
    public IEnumerable<(string Name, Fields Value)> Map()
    {
        var map = this;
        return Names().Order(StringComparer.Ordinal).Select(name => (name, map.Object(name)));
    }

    /// <summary>A value as it is, for details; null where it is null or absent.</summary>
    public JsonElement? Anything(string name) => Find(name)?.ToElement();

    /// <summary>The names of the properties.</summary>
    public IReadOnlyList<string> Names()
    {
        var names = new List<string>();
        foreach (var member in element.Children)
        {
            names.Add(member.Name);
        }

        return names;
    }

    /// <summary>A currency that has to be US dollars, in any case.</summary>
    /// <returns><c>USD</c>.</returns>
    public string UsDollars(string name) =>
        RequiredText(name) is var currency && currency.Equals("USD", StringComparison.OrdinalIgnoreCase)
        ? "USD"
        : throw Broken(name, $"is '{Quote(currency)}', where only US dollars are documented");

    /// <summary>The sum of two of this object's numbers.</summary>
    /// <exception cref="RejectedEventException">It does not fit 64 bits.</exception>
    public long Sum(long one, long other) => Within64Bits((Int128)one + other);

    /// <summary>The difference of two of this object's numbers.</summary>
    /// <exception cref="RejectedEventException">It does not fit 64 bits.</exception>
    public long Difference(long one, long other) => Within64Bits((Int128)one - other);

    /// <summary>This object's numbers add up to more than a table holds.</summary>
    public RejectedEventException TooLarge(OverflowException? exception = null) => Values.Conversation.Broken(
        $"the numbers in '{element.Path}' add up to more than 64 bits hold ({Values.Place}).", exception);

    /// <summary>Notes every undocumented field.</summary>
    public void NoteUnknown(FrozenSet<string> known)
    {
        foreach (var member in element.Children)
        {
            if (!known.Contains(member.Name))
            {
                Values.Conversation.Note(member.Path);
            }
        }
    }

    /// <summary>Notes something about this kind of object.</summary>
    public void Note(string note) => Values.Conversation.Note($"{element.Path}{note}");

    /// <summary>A field breaks the contract in a specific way.</summary>
    public RejectedEventException Broken(string name, string what) =>
        Values.Conversation.Broken($"'{element.Path}.{name}' {what} ({Values.Place}).");

    /// <summary>
    /// The beginning of the vendor's words, safe to show: cut last, because half a credential is not recognised.
    /// </summary>
    public string Quote(string text)
    {
        var safe = Values.Conversation.Quote(text);
        return safe.Length <= 80 ? safe : string.Concat(safe.AsSpan(0, 80), "…");
    }

    /// <summary>What a text says.</summary>
    /// <exception cref="RejectedEventException">
    /// It holds half of a surrogate pair, escaped: JSON allows it, text does not.
    /// </exception>
    internal string StringOf(JsonValue text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            throw Wrong(text, "text");
        }
    }

    private long Within64Bits(Int128 number) =>
        number >= long.MinValue && number <= long.MaxValue ? (long)number : throw TooLarge();

    private RejectedEventException Missing(string name) => Broken(name, "is missing or null");

    private RejectedEventException Wrong(JsonValue value, string wanted) =>
        Broken(value.Name, $"is {Quote(value.GetRawText())}, not {wanted}");

    private JsonValue? Find(string name) => element.Member(name) is { IsNull: false } value ? value : null;

    /// <summary>
    /// Adds a member's part of the natural key: a text, or whether it is true; null where it is null or absent.
    /// </summary>
    private void AddTo(NaturalKey key, string name)
    {
        switch (Find(name))
        {
            case null:
                key.Add(null);
                break;
            case { Kind: JsonValueKind.String, IsEscaped: false } text:
                key.AddUtf8(text.Utf8);
                break;
            case { Kind: JsonValueKind.String } text:
                key.Add(StringOf(text));
                break;
            case { Kind: JsonValueKind.True or JsonValueKind.False } flag:
                key.AddUtf8(flag.Raw);
                break;
            case { } value:
                throw Wrong(value, "text");
        }
    }

    private bool TryExact(JsonValue value, int shift, out decimal exact, out bool rounded)
    {
        const int usual = 128;
        var utf8 = value.IsEscaped ? Encoding.UTF8.GetBytes(StringOf(value)) : value.Utf8;
        if (utf8.Length > usual)
        {
            return Money.TryParse(Encoding.UTF8.GetString(utf8), shift, out exact, out rounded);
        }

        Span<char> characters = stackalloc char[usual];
        return Money.TryParse(characters[..Encoding.UTF8.GetChars(utf8, characters)], shift, out exact, out rounded);
    }
}
