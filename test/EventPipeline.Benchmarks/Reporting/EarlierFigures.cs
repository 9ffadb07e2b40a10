using System.Text.Json;

namespace EventPipeline.Benchmarks.Reporting;

/// <summary>The figures of a run as <c>--json</c> writes them, for <c>--before</c> to read.</summary>
/// <param name="Measured">When and on what.</param>
/// <param name="Figures">One a line of the tables.</param>
internal sealed record EarlierFigures(string Measured, IReadOnlyList<EarlierFigure> Figures)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static EarlierFigures FromTables(string measured, IEnumerable<Table> tables) => new(
        measured,
        [
            .. from table in tables
               from line in table.Lines
               where line.Values.Count > 0
               select new EarlierFigure(table.Title, line.Name, line.Unit, line.Median, line.Ratio, line.Values),
        ]);

    public static async Task<EarlierFigures> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return await JsonSerializer.DeserializeAsync<EarlierFigures>(stream, Json, cancellationToken)
            ?? throw new InvalidDataException($"{file} holds null.");
    }

    public async Task WriteAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, this, Json, cancellationToken);
    }

    /// <summary>The median of a figure; null where it was not measured.</summary>
    public double? MedianOf(string table, string name) =>
        Figures.FirstOrDefault(figure => figure.Table == table && figure.Name == name)?.Median;
}

/// <summary>One figure.</summary>
/// <param name="Table">The table's title.</param>
/// <param name="Name">The figure's name.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Median">The median of its values.</param>
/// <param name="Ratio">The median of the ratios to its baseline; null without one.</param>
/// <param name="Values">One value a round; null where only the median is known.</param>
internal sealed record EarlierFigure(
    string Table, string Name, string Unit, double Median, double? Ratio = null, IReadOnlyList<double>? Values = null);
