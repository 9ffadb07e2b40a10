namespace EventPipeline.Vendors;

/// <summary>
/// What a vendor sent beyond its documentation: kept in the raw layer, reported here, never an error.
/// Not thread-safe: one window, one reader.
/// </summary>
public sealed class Drift
{
    private const int MostNotes = 50;
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>What was noted, e.g. <c>results[].cache_creation.ephemeral_1d_input_tokens</c>; each once, at most 50.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    /// <summary>Notes a field, or a sentence about one.</summary>
    public void Note(string note)
    {
        if (_notes.Count < MostNotes)
        {
            _notes.Add(note);
        }
    }
}
