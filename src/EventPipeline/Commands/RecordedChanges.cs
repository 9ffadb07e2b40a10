namespace EventPipeline.Commands;

/// <summary>Shows a person what a list changes, and asks.</summary>
internal static class RecordedChanges
{
    private const int MaxShown = 50;

    /// <summary>Writes the changes, and asks for consent unless there are none.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="changes">A line for each; the first are shown, and how many there are besides.</param>
    /// <param name="last">What is said below them.</param>
    /// <param name="consent">What a person lets the command do.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>Null where the changes may be made; otherwise the command's exit code.</returns>
    public static async Task<int?> AskAsync(
        TextWriter output,
        IReadOnlyList<string> changes,
        IEnumerable<string> last,
        Consent consent,
        CancellationToken cancellationToken)
    {
        var more = changes.Count > MaxShown ? [$"… and {changes.Count - MaxShown} more"] : Array.Empty<string>();
        foreach (var line in changes.Take(MaxShown).Concat(more).Concat(last))
        {
            await output.WriteLineAsync(line);
        }

        return changes.Count == 0 ? 0 : await consent.AskAsync("changed", cancellationToken);
    }
}
