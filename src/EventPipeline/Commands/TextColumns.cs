using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Commands;

/// <summary>
/// Writes lines of cells in columns, each as wide as its longest cell, numbers to the right. On a terminal that is too
/// narrow for them, each line becomes a record: its first cell, and below it the others with their headings.
/// </summary>
internal static partial class TextColumns
{
    private const string Gap = "  ";

    // Of a terminal that does not say how wide it is.
    private const int UsualWidth = 80;

    /// <param name="output">Where to; what is no terminal is wide enough.</param>
    /// <param name="lines">The lines, the headings first; each has as many cells.</param>
    public static Task WriteAsync(TextWriter output, IReadOnlyList<IReadOnlyList<string>> lines) =>
        WriteAsync(output, lines, WidthOf(output));

    /// <param name="output">Where to.</param>
    /// <param name="lines">The lines, the headings first; each has as many cells.</param>
    /// <param name="width">How many characters a line may have.</param>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<IReadOnlyList<string>> lines, int width)
    {
        lines = [.. lines.Select(line => (string[])[.. line.Select(cell => cell.ReplaceLineEndings(" "))])];
        var columns = Enumerable.Range(0, lines[0].Count)
            .Select(column => (
                Width: lines.Max(line => line[column].Length),
                IsRight: lines.Skip(1).All(line => line[column].Length == 0 || Number().IsMatch(line[column]))))
            .ToList();
        var written = lines.Select(line => string.Join(
            Gap,
            line.Zip(
                columns,
                (cell, column) => column.IsRight ? cell.PadLeft(column.Width) : cell.PadRight(column.Width)))
            .TrimEnd()).ToList();
        if (written.Exists(line => line.Length > width))
        {
            written = [.. lines.Skip(1).SelectMany(line => Record(lines[0], line, width))];
        }

        foreach (var line in written)
        {
            await output.WriteLineAsync(line);
        }
    }

    /// <summary>Dollars to the cent, for reading; the data keeps every digit.</summary>
    public static string Cents(decimal usd) => usd.ToString("N2", CultureInfo.InvariantCulture);

    /// <summary>A whole number with thousands separators.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>So many of something.</summary>
    /// <param name="number">How many.</param>
    /// <param name="what">Of what, one of them: <c>row</c>.</param>
    public static string Counted(long number, string what) => $"{Count(number)} {what}{(number == 1 ? "" : "s")}";

    /// <summary>Dollars that are billed; else what is estimated, marked with ~, or what other bases come to.</summary>
    public static string Dollars(SumsByBasis money) => money switch
    {
        { BilledUsd: 0, EstimatedUsd: not 0 } => $"~{Cents(money.EstimatedUsd)}",
        { BilledUsd: 0, OtherUsd: { } others } =>
            string.Join(", ", others.Select(other => $"{other.Key} {Cents(other.Value)}")),
        _ => Cents(money.BilledUsd),
    };

    /// <summary>How wide the terminal is that is written to; any width where none is.</summary>
    public static int WidthOf(TextWriter output) =>
        (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
            || (ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected)
            ? Console.WindowWidth is var width and > 0 ? width : UsualWidth
            : int.MaxValue;

    /// <summary>A line as a record; a cell that is wider than the terminal stays whole.</summary>
    private static IEnumerable<string> Record(
        IReadOnlyList<string> headings, IReadOnlyList<string> cells, int width)
    {
        // Where the first cell is empty, another one would be taken for it.
        yield return cells[0].Length == 0 ? "-" : cells[0];
        var line = "";
        foreach (var (heading, cell) in headings.Zip(cells).Skip(1).Where(pair => pair.Second.Length > 0))
        {
            var part = heading.Length == 0 ? cell : $"{heading} {cell}";
            if (line.Length > 0 && Gap.Length + line.Length + 2 + part.Length > width)
            {
                yield return $"{Gap}{line},";
                line = "";
            }

            line += line.Length == 0 ? part : $", {part}";
        }

        if (line.Length > 0)
        {
            yield return Gap + line;
        }
    }

    [GeneratedRegex(@"^[-+~]?\$?[\d,]+(\.\d+)?( ?%)?$")]
    private static partial Regex Number();
}
