using System.Globalization;
using System.Text.Json;
using EventPipeline.Hosting;
using EventPipeline.Local.DuckDb;
using Spectre.Console;

namespace EventPipeline.Local.Cli;

/// <summary>Prints rows: as a table, as JSON objects with decimals as strings, or as CSV (RFC 4180).</summary>
internal static class QueryPrinter
{
    private static readonly JsonSerializerOptions OneLine = new(ApiJson.Options) { WriteIndented = false };

    public static async Task PrintAsync(TextWriter output, IAnsiConsole console, QueryAnswer answer, QueryFormat format)
    {
        switch (format)
        {
            case QueryFormat.Json:
                var objects = answer.Rows.Select(row => answer.Columns.Zip(row, (column, value) => KeyValuePair.Create(column, Printable(value))).ToDictionary());
                await output.WriteLineAsync(JsonSerializer.Serialize(objects, ApiJson.Options));
                break;
            case QueryFormat.Csv:
                await output.WriteLineAsync(string.Join(',', answer.Columns.Select(Quote)));
                foreach (var row in answer.Rows)
                {
                    await output.WriteLineAsync(string.Join(',', row.Select(value => Quote(Text(value)))));
                }

                break;
            default:
                console.Write(TableOf(answer));
                console.WriteLine($"{answer.Rows.Count} rows");
                break;
        }
    }

    private static Table TableOf(QueryAnswer answer)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (column, index) in answer.Columns.Select((column, index) => (column, index)))
        {
            var heading = new TableColumn(Markup.Escape(column));
            table.AddColumn(answer.Rows.All(row => row[index] is null or long or decimal or double) ? heading.RightAligned() : heading);
        }

        foreach (var row in answer.Rows)
        {
            table.AddRow([.. row.Select(value => Markup.Escape(Text(value)))]);
        }

        return table;
    }

    /// <summary>A value as JSON takes it: times and days as text.</summary>
    public static object? Printable(object? value) => value switch
    {
        DateTimeOffset or DateOnly => Text(value),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Printable(pair.Value)),
        IReadOnlyList<object?> list => list.Select(Printable).ToList(),
        _ => value,
    };

    private static string Text(object? value) => value switch
    {
        null => "",
        decimal number => DecimalAsString.Text(number),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        System.Collections.IEnumerable nested and not string => JsonSerializer.Serialize(Printable(nested), OneLine),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
