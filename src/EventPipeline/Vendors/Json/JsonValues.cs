using System.Buffers;
using System.Text.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Values of an answer, each read once: their text stands one behind the other in one buffer, with a node for every
/// value in them. Both are reused, so a value is valid until <see cref="Clear"/>.
/// </summary>
/// <param name="conversation">The conversation they came in.</param>
/// <param name="path">Where values of this kind are in the answer, e.g. <c>data[].results[]</c>.</param>
/// <param name="place">Where these are, for people, e.g. <c>the bucket of 2026-11-01</c>.</param>
internal sealed class JsonValues(Conversation conversation, string path, string place) : IDisposable
{
    private const int MaxNames = 4 * 1024;

    private byte[] _text = ArrayPool<byte>.Shared.Rent(4 * 1024);
    private JsonNode[] _nodes = ArrayPool<JsonNode>.Shared.Rent(64);
    private byte[] _unescaped = [];
    private int[] _seenIn = [];
    private TextPool? _texts;
    private Details? _details;
    private ShapeReading? _lastReading;
    private int _objects;
    private int _lastFound;

    /// <summary>The conversation they came in.</summary>
    public Conversation Conversation => conversation;

    /// <summary>Where values of this kind are in the answer.</summary>
    public string Path => path;

    /// <summary>Where these are, for people.</summary>
    public string Place { get; set; } = place;

    /// <summary>Undocumented members around them, e.g. beside the results of their bucket.</summary>
    public UInt128 Around { get; set; }

    /// <summary>The names of their members.</summary>
    public JsonNames Names { get; private set; } = new();

    /// <summary>Puts the natural keys of these rows together.</summary>
    public NaturalKey Key => field ??= new NaturalKey();

    /// <summary>Makes the JSON of these rows' columns.</summary>
    public Details Details => _details ??= new Details();

    /// <summary>How many nodes there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes of text they hold.</summary>
    public int Length { get; private set; }

    /// <summary>The first value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public JsonValue First => Count > 0 ? new JsonValue(this, 0) : throw new InvalidOperationException("No value.");

    /// <summary>The first value, an object.</summary>
    /// <exception cref="RejectedEventException">It is not one.</exception>
    public Fields Object => ObjectAt(0);

    /// <summary>The values, all of them objects.</summary>
    /// <exception cref="RejectedEventException">One is not an object.</exception>
    public ObjectSequence Objects => new(this);

    /// <summary>A single value that does not stand in an answer.</summary>
    public static JsonValues Parse(ReadOnlySpan<byte> json, Conversation conversation, string path, string place)
    {
        var values = new JsonValues(conversation, path, place);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        values.TryAdd(ref reader, json);
        return values;
    }

    /// <summary>Adds a value, if it is there to its end.</summary>
    /// <param name="reader">Stands on the value's first token; the value's end need not have arrived.</param>
    /// <param name="text">What the reader reads.</param>
    /// <exception cref="JsonException">It is not JSON, or a name occurs twice in one object.</exception>
    /// <exception cref="InvalidOperationException">A name is not Unicode.</exception>
    public bool TryAdd(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var (first, start) = (Count, (int)reader.TokenStartIndex);
        if (!TryAddNodes(ref reader, Length - start))
        {
            Count = first;
            return false;
        }

        var value = text[start..(int)reader.BytesConsumed];
        if (_text.Length - Length < value.Length)
        {
            Grow(ref _text, Length, Length + value.Length);
        }

        value.CopyTo(_text.AsSpan(Length));
        Length += value.Length;
        return true;
    }

    /// <summary>Forgets the values but keeps the memory.</summary>
    public void Clear()
    {
        (Count, Length) = (0, 0);
        if (Names.Count > MaxNames)
        {
            (Names, _lastReading, _seenIn, _texts) = (new JsonNames(), null, [], null);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_text);
        ArrayPool<JsonNode>.Shared.Return(_nodes);
        (_text, _nodes, Count, Length) = ([], [], 0, 0);
        _details?.Dispose();
    }

    /// <summary>What is known of a value.</summary>
    public ref readonly JsonNode this[int node] => ref _nodes[node];

    /// <summary>A value's text as the vendor wrote it.</summary>
    public ReadOnlySpan<byte> Raw(int node)
    {
        ref readonly var at = ref _nodes[node];
        return at.Kind == JsonValueKind.String
            ? _text.AsSpan(at.Start - 1, at.Length + 2)
            : _text.AsSpan(at.Start, at.Length);
    }

    /// <summary>What a text says, valid until the next text is read; of another value what is written.</summary>
    /// <exception cref="InvalidOperationException">It holds half of a surrogate pair.</exception>
    public ReadOnlySpan<byte> Utf8(int node)
    {
        ref readonly var at = ref _nodes[node];
        return at.IsEscaped ? Unescape(Raw(node)) : _text.AsSpan(at.Start, at.Length);
    }

    /// <summary>What a text says.</summary>
    /// <exception cref="InvalidOperationException">It holds half of a surrogate pair.</exception>
    public string Text(int node) => (_texts ??= new TextPool()).Get(_nodes[node].Name, Utf8(node));

    /// <summary>The member of an object; -1 where it has none of that name.</summary>
    public int FindMember(int node, string name)
    {
        // Members are mostly asked for in the order in which they stand.
        var first = node + 1;
        var end = _nodes[node].End;
        var start = _lastFound >= first && _lastFound < end && _nodes[_lastFound].Parent == node
            ? _nodes[_lastFound].End
            : first;
        var found = FindMember(start, end, name);
        found = found < 0 ? FindMember(first, start, name) : found;
        _lastFound = found < 0 ? _lastFound : found;
        return found;
    }

    /// <summary>How objects of a shape are read; the one that was used last is found first.</summary>
    public ShapeReading Reading(Shape shape, IReadOnlyCollection<string> keyed)
    {
        for (var reading = _lastReading; reading is not null; reading = reading.Older)
        {
            if (reading.IsOf(shape, keyed))
            {
                return reading;
            }
        }

        return _lastReading = new ShapeReading(Names, shape, keyed, CanonicalPath.Root) { Older = _lastReading };
    }

    private int FindMember(int from, int end, string name)
    {
        for (var child = from; child < end; child = _nodes[child].End)
        {
            var known = _nodes[child].Name is >= 0 and var number ? Names[number] : null;
            if (ReferenceEquals(known, name) || string.Equals(known, name, StringComparison.Ordinal))
            {
                return child;
            }
        }

        return -1;
    }

    /// <summary>An object among the values.</summary>
    /// <exception cref="RejectedEventException">It is not one.</exception>
    public Fields ObjectAt(int node) => _nodes[node].Kind == JsonValueKind.Object
        ? new Fields(new JsonValue(this, node))
        : throw conversation.Broken($"'{path}' is not an object in {Place}.");

    private bool TryAddNodes(ref Utf8JsonReader reader, int shift)
    {
        var (name, open) = (-1, -1);
        Names.Restart();
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Names.Number(reader.ValueIsEscaped ? Unescape(ref reader) : reader.ValueSpan);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open = Add(ref reader, shift, name, open);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open = Close(open, shift + (int)reader.BytesConsumed);
                    break;
                default:
                    Add(ref reader, shift, name, open);
                    break;
            }

            name = -1;
            if (open < 0)
            {
                return true;
            }
        }
        while (reader.Read());
        return false;
    }

    private int Add(ref Utf8JsonReader reader, int shift, int name, int parent)
    {
        if (Count == _nodes.Length)
        {
            Grow(ref _nodes, Count, Count + 1);
        }

        var kind = reader.TokenType switch
        {
            JsonTokenType.StartObject => JsonValueKind.Object,
            JsonTokenType.StartArray => JsonValueKind.Array,
            JsonTokenType.String => JsonValueKind.String,
            JsonTokenType.Number => JsonValueKind.Number,
            JsonTokenType.True => JsonValueKind.True,
            JsonTokenType.False => JsonValueKind.False,
            _ => JsonValueKind.Null,
        };
        _nodes[Count] = new JsonNode
        {
            Name = name,
            Parent = parent,
            Kind = kind,
            IsEscaped = kind == JsonValueKind.String && reader.ValueIsEscaped,
            Start = shift + (int)reader.TokenStartIndex + (kind == JsonValueKind.String ? 1 : 0),
            Length = reader.ValueSpan.Length,
            End = Count + 1,
        };
        return Count++;
    }

    private int Close(int open, int end)
    {
        ref var node = ref _nodes[open];
        (node.End, node.Length) = (Count, end - node.Start);
        if (node.Kind == JsonValueKind.Object)
        {
            RequireDistinctNames(open);
        }

        return node.Parent;
    }

    /// <summary>A name that occurs twice can be read in two ways.</summary>
    private void RequireDistinctNames(int open)
    {
        if (_seenIn.Length < Names.Count)
        {
            Array.Resize(ref _seenIn, Math.Max(64, Names.Count * 2));
        }

        _objects++;
        for (var child = open + 1; child < Count; child = _nodes[child].End)
        {
            ref var seenIn = ref _seenIn[_nodes[child].Name];
            if (seenIn == _objects)
            {
                throw new JsonException($"'{Names[_nodes[child].Name]}' occurs twice in one object.");
            }

            seenIn = _objects;
        }
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return Unescape(ref reader);
    }

    private ReadOnlySpan<byte> Unescape(scoped ref Utf8JsonReader reader)
    {
        if (_unescaped.Length < reader.ValueSpan.Length)
        {
            _unescaped = new byte[reader.ValueSpan.Length * 2];
        }

        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    private static void Grow<T>(ref T[] array, int used, int wanted)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(wanted, array.Length * 2));
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}
