using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>Writes lines of cells in columns, each as wide as its longest cell.</summary>
internal static class TextColumns
{
    /// <param name="output">Where to.</param>
    /// <param name="lines">The lines, the headings first; each has as many cells.</param>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<IReadOnlyList<string>> lines)
    {
        var widths = Enumerable.Range(0, lines[0].Count)
            .Select(column => lines.Max(line => line[column].Length))
            .ToList();
        foreach (var line in lines)
        {
            await output.WriteLineAsync(
                string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>Dollars to the cent, for reading; the data keeps every digit.</summary>
    public static string Cents(decimal usd) => usd.ToString("N2", CultureInfo.InvariantCulture);

    /// <summary>The same with the last column to the right, as numbers are read.</summary>
    public static Task WriteRightAsync(TextWriter output, IReadOnlyList<IReadOnlyList<string>> lines)
    {
        var width = lines.Max(line => line[^1].Length);
        return WriteAsync(
            output, [.. lines.Select(line => (string[])[.. line.SkipLast(1), line[^1].PadLeft(width)])]);
    }
}
