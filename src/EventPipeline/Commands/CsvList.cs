using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace EventPipeline.Commands;

/// <summary>Reads a list that a person keeps from a CSV file.</summary>
internal static class CsvList
{
    /// <summary>Reads the file into the list, which says what is wrong with it, or says that it is not there.</summary>
    /// <returns>Whether there is such a file.</returns>
    public static async Task<bool> TryReadAsync(
        FileInfo file, CheckedList list, TextWriter error, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            await error.WriteLineAsync($"There is no file {file.FullName}.");
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

    /// <summary>Reads the file into the list, or says why nothing of it is taken.</summary>
    /// <returns>Whether the list is right.</returns>
    public static async Task<bool> TryTakeAsync(
        FileInfo file, CheckedList list, TextWriter error, CancellationToken cancellationToken)
    {
        if (!await TryReadAsync(file, list, error, cancellationToken))
        {
            return false;
        }

        if (list.Mistakes.Count > 0)
        {
            await RefuseAsync(error, file.Name, list.Mistakes);
        }

        return list.Mistakes.Count == 0;
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
