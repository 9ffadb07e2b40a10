using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>A value of an answer, valid as long as the <see cref="JsonValues"/> it is among.</summary>
internal readonly struct JsonValue(JsonValues values, int node)
{
    /// <summary>The values it is among.</summary>
    public JsonValues Values => values;

    /// <summary>What it is.</summary>
    public JsonValueKind Kind => values[node].Kind;

    public bool IsNull => Kind == JsonValueKind.Null;

    /// <summary>Whether it is a text with escapes.</summary>
    public bool IsEscaped => values[node].IsEscaped;

    /// <summary>Its name; empty where it is not a member.</summary>
    public string Name => values[node].Name is >= 0 and var name ? values.Names[name] : "";

    /// <summary>The number of its name; -1 where it is not a member.</summary>
    public int NameNumber => values[node].Name;

    /// <summary>Its text as the vendor wrote it.</summary>
    public ReadOnlySpan<byte> Raw => values.Raw(node);

    /// <summary>What a text says, valid until the next text is read; of a number what is written.</summary>
    /// <exception cref="InvalidOperationException">It holds half of a surrogate pair.</exception>
    public ReadOnlySpan<byte> Utf8 => values.Utf8(node);

    /// <summary>The values in it: the members of an object, the items of an array.</summary>
    public ChildSequence Children => new(values, node);

    /// <summary>Where it is in the answer.</summary>
    public string Path => values[node].Parent is >= 0 and var parent
        ? $"{new JsonValue(values, parent).Path}{(values[node].Name >= 0 ? $".{Name}" : "[]")}"
        : values.Path;

    /// <summary>What a text says.</summary>
    /// <exception cref="InvalidOperationException">It holds half of a surrogate pair.</exception>
    public string GetString() => values.Text(node);

    /// <summary>Its text as the vendor wrote it.</summary>
    public string GetRawText() => Encoding.UTF8.GetString(Raw);

    /// <summary>A whole number of 64 bits that is written without point and exponent.</summary>
    public bool TryGetInt64(out long number)
    {
        var isWhole = Utf8Parser.TryParse(Raw, out number, out var read) && read == Raw.Length;
        number = isWhole ? number : 0;
        return isWhole;
    }

    /// <summary>A copy that stays.</summary>
    public JsonElement ToElement() => JsonElement.Parse(Raw);

    /// <summary>The member with a name; null where there is none.</summary>
    public JsonValue? Member(string name) =>
        values.FindMember(node, name) is >= 0 and var found ? new JsonValue(values, found) : null;

    /// <summary>The values in a value.</summary>
    public readonly struct ChildSequence(JsonValues values, int node)
    {
        /// <summary>How many there are.</summary>
        public bool IsEmpty => values[node].End == node + 1;

        public ChildEnumerator GetEnumerator() => new(values, node);
    }

    /// <summary>Goes through the values in a value.</summary>
    public struct ChildEnumerator(JsonValues values, int node)
    {
        private readonly int _end = values[node].End;
        private int _at = -1;

        public readonly JsonValue Current => new(values, _at);

        public bool MoveNext()
        {
            _at = _at < 0 ? node + 1 : values[_at].End;
            return _at < _end;
        }
    }
}
