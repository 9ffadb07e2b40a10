namespace EventPipeline.Commands;

/// <summary>Shows a person what a list changes.</summary>
internal static class RecordedChanges
{
    private const int MaxShown = 50;

    /// <summary>Writes the first changes, how many there are besides, and what they sum up to.</summary>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<string> changes, string sum)
    {
        foreach (var change in changes.Take(MaxShown))
        {
            await output.WriteLineAsync(change);
        }

        if (changes.Count > MaxShown)
        {
            await output.WriteLineAsync($"… and {changes.Count - MaxShown} more");
        }

        await output.WriteLineAsync(sum);
    }
}
