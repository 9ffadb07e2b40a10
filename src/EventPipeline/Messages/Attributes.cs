using System.Collections;

namespace EventPipeline.Messages;

/// <summary>The attributes of a message. Names keep their published spelling and are found in any case.</summary>
public sealed class Attributes : IEnumerable<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] _pairs;

    /// <param name="pairs">Each name once, as it is spelled.</param>
    public Attributes(IEnumerable<KeyValuePair<string, string>> pairs) => _pairs = [.. pairs];

    /// <summary>No attributes.</summary>
    public static Attributes None { get; } = new([]);

    public int Count => _pairs.Length;

    /// <summary>The names as they were published.</summary>
    public IEnumerable<string> Names => _pairs.Select(pair => pair.Key);

    /// <summary>
    /// The value of a name in any case, the first if there are several; null if there is none. It never throws.
    /// </summary>
    public string? this[string name] => _pairs.FirstOrDefault(pair => IsNamed(pair, name)).Value;

    /// <summary>The value of a name in any case; null if there is none.</summary>
    /// <exception cref="RejectedEventException">Two attributes differ only in case.</exception>
    public string? Only(string name)
    {
        string? found = null;
        foreach (var pair in _pairs.Where(pair => IsNamed(pair, name)))
        {
            found = found is null
                ? pair.Value
                : throw new RejectedEventException(
                    $"The attribute {name} occurs twice, differing only in case.", $"Send {name} once.");
        }

        return found;
    }

    /// <summary>Those whose names are not among these.</summary>
    public Attributes Without(Func<string, bool> names) => new(_pairs.Where(pair => !names(pair.Key)));

    /// <summary>The attributes as a message carries them: each under its published spelling.</summary>
    public Dictionary<string, string> ToDictionary() => new(_pairs, StringComparer.Ordinal);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _pairs.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsNamed(KeyValuePair<string, string> pair, string name) =>
        pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
