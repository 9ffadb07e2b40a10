using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Commands;

/// <summary>Writes lines of cells in columns, each as wide as its longest cell, numbers to the right.</summary>
internal static partial class TextColumns
{
    /// <param name="output">Where to.</param>
    /// <param name="lines">The lines, the headings first; each has as many cells.</param>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<IReadOnlyList<string>> lines)
    {
        var columns = Enumerable.Range(0, lines[0].Count)
            .Select(column => (
                Width: lines.Max(line => line[column].Length),
                IsRight: lines.Skip(1).All(line => line[column].Length == 0 || Number().IsMatch(line[column]))))
            .ToList();
        foreach (var line in lines)
        {
            var cells = line.Zip(
                columns,
                (cell, column) => column.IsRight ? cell.PadLeft(column.Width) : cell.PadRight(column.Width));
            await output.WriteLineAsync(string.Join("  ", cells).TrimEnd());
        }
    }

    /// <summary>Dollars to the cent, for reading; the data keeps every digit.</summary>
    public static string Cents(decimal usd) => usd.ToString("N2", CultureInfo.InvariantCulture);

    /// <summary>A whole number with thousands separators.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[-+~]?\$?[\d,]+(\.\d+)?( ?%)?$")]
    private static partial Regex Number();
}
