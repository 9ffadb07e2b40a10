using System.Globalization;
using System.Text;

namespace EventPipeline.Benchmarks.Reporting;

/// <summary>The figures of one topic, written as a Markdown table that reads well on a terminal too.</summary>
internal sealed class Table(string title)
{
    private readonly List<Line> _lines = [];

    public string Title => title;

    public IReadOnlyList<Line> Lines => _lines;

    /// <summary>Adds a figure, to be measured.</summary>
    public Line Add(string name, string unit, Line? baseline = null, Goal? goal = null)
    {
        var line = new Line(name, unit, baseline, goal);
        _lines.Add(line);
        return line;
    }

    /// <summary>The table, with a column of earlier medians where there are any.</summary>
    public string ToMarkdown(EarlierFigures? earlier)
    {
        string[] head = ["figure", "unit", .. Before("before"), "median", "min to max", "ratio", "goal", "met"];
        List<string[]> rows = [head, .. _lines.Where(line => line.Values.Count > 0).Select(Cells)];
        var widths = head.Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"### {title}\n\n");
        foreach (var (index, row) in rows.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(Padded))} |\n");
            if (index == 0)
            {
                text.Append(
                    CultureInfo.InvariantCulture, $"| {string.Join(" | ", widths.Select(Dashes))} |\n");
            }
        }

        return text.ToString();

        string Padded(string cell, int column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);

        string Dashes(int width, int column) =>
            column == 0 ? new string('-', width) : $"{new string('-', width - 1)}:";

        string[] Before(string cell) => earlier is null ? [] : [cell];

        string[] Cells(Line line) =>
        [
            line.Name,
            line.Unit,
            .. Before(earlier?.MedianOf(title, line.Name) is { } before ? Figure(before) : ""),
            Figure(line.Median),
            line.Values.Count > 1 ? $"{Figure(line.Values.Min())} to {Figure(line.Values.Max())}" : "",
            line.Ratio is { } ratio ? $"{Figure(ratio)} x {line.Baseline!.Name}" : "",
            line.Goal?.ToString() ?? "",
            line.IsMet switch { true => "yes", false => "NO", null => "" },
        ];
    }

    private static string Figure(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "#,0", >= 10 => "0.0", 0 => "0", _ => "0.00" },
        CultureInfo.InvariantCulture);
}
