using System.Text;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Numbers the names of members, so that a name is decoded once and compared as a number from then on. Objects of one
/// kind have the same members in the same order, so the name that followed last time is tried first.
/// </summary>
internal sealed class JsonNames
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<Known> _known = [];
    private int _last = -1;
    private int _first = -1;

    /// <summary>How many there are.</summary>
    public int Count => _known.Count;

    /// <summary>The name with a number.</summary>
    public string this[int number] => _known[number].Text;

    /// <summary>The number of the next member's name.</summary>
    /// <param name="name">The name in UTF-8, without escapes.</param>
    public int Number(ReadOnlySpan<byte> name)
    {
        var guess = _last < 0 ? _first : _known[_last].Next;
        if (guess >= 0 && name.SequenceEqual(_known[guess].Utf8))
        {
            return _last = guess;
        }

        var number = Look(name);
        if (_last < 0)
        {
            _first = number;
        }
        else
        {
            _known[_last].Next = number;
        }

        return _last = number;
    }

    /// <summary>A new object begins: its first name is likely to be the first of the one before.</summary>
    public void Restart() => _last = -1;

    private int Look(ReadOnlySpan<byte> name)
    {
        const int shortest = 128;
        if (name.Length <= shortest)
        {
            Span<char> characters = stackalloc char[shortest];
            var text = characters[..Encoding.UTF8.GetChars(name, characters)];
            if (_numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var number))
            {
                return number;
            }
        }

        var added = Encoding.UTF8.GetString(name);
        if (!_numbers.TryGetValue(added, out var known))
        {
            // The string that the readers' own constants are, where there is one: it is found without comparing.
            added = string.IsInterned(added) ?? added;
            _numbers.Add(added, known = _known.Count);
            _known.Add(new Known(name.ToArray(), added));
        }

        return known;
    }

    private sealed class Known(byte[] utf8, string text)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;

        /// <summary>The number of the name that followed it last; -1 for none.</summary>
        public int Next { get; set; } = -1;
    }
}
