namespace EventPipeline.Vendors.Contract;

/// <summary>
/// What a vendor sent beyond its documentation: kept in the raw layer, reported here, never an error.
/// Not thread-safe: one window, one reader.
/// </summary>
public sealed class Drift
{
    private const int MaxNotes = 50;
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    private int _fields;
    private int _rounded;

    /// <summary>
    /// What was noted, e.g. <c>results[].cache_creation.ephemeral_1d_input_tokens</c>; each once, at most 50 fields and
    /// 50 sentences: new fields do not crowd out sentences.
    /// </summary>
    public IReadOnlyCollection<string> Notes => _rounded == 0
        ? _notes
        : new SortedSet<string>(_notes, StringComparer.Ordinal)
        {
            FormattableString.Invariant($"{_rounded} amounts rounded to 18 decimals, half to even"),
        };

    /// <summary>Counts a number that had more than 18 decimals.</summary>
    public void CountRounded() => _rounded++;

    /// <summary>Notes a field, or a sentence about one.</summary>
    public void Note(string note)
    {
        var isField = !note.Contains(' ', StringComparison.Ordinal);
        if ((isField ? _fields : _notes.Count - _fields) < MaxNotes && _notes.Add(note) && isField)
        {
            _fields++;
        }
    }
}
