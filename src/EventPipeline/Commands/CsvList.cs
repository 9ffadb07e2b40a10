using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace EventPipeline.Commands;

/// <summary>Reads a list that a person keeps from a CSV file.</summary>
internal static class CsvList
{
    /// <summary>Reads the file into the list, which says what is wrong with it.</summary>
    /// <returns>Whether there is such a file.</returns>
    public static async Task<bool> TryReadAsync(FileInfo file, CheckedList list, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            return false;
        }

        using var text = file.OpenText();
        using var csv = new CsvParser(
            text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, IgnoreBlankLines = true });
        if (!await csv.ReadAsync())
        {
            list.TryReadColumns([]);
            return true;
        }

        var columns = (csv.Record ?? []).Select(name => name.Trim().ToLowerInvariant()).ToList();
        if (!list.TryReadColumns(columns))
        {
            return true;
        }

        while (await csv.ReadAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cells = csv.Record ?? [];
            list.Read(
                csv.RawRow,
                column => columns.IndexOf(column) is >= 0 and var at && at < cells.Length ? cells[at] : null);
        }

        return true;
    }

    /// <summary>Says that nothing of a list was taken, and every mistake in it.</summary>
    public static Task RefuseAsync(TextWriter error, string source, IReadOnlyList<string> mistakes)
    {
        const int maxShown = 50;
        return error.WriteLineAsync(
            $"Nothing of {source} was imported:\n{string.Join('\n', mistakes.Take(maxShown))}"
            + (mistakes.Count > maxShown ? $"\n… and {mistakes.Count - maxShown} more mistakes" : ""));
    }
}
