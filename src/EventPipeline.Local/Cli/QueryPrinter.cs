using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Local.DuckDb;
using Spectre.Console;

namespace EventPipeline.Local.Cli;

/// <summary>Prints rows: as a table, as JSON objects with decimals as strings, or as CSV (RFC 4180).</summary>
internal static class QueryPrinter
{
    public static async Task PrintAsync(
        TextWriter output, IAnsiConsole console, QueryAnswer answer, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                var objects = answer.Rows.Select(
                    row =>
                        answer.Columns.Zip(
                            row, (column, value) => KeyValuePair.Create(column, PrintedValue.FromValue(value)))
                            .ToDictionary());
                await output.WriteLineAsync(JsonSerializer.Serialize(objects, ApiJson.Options));
                break;
            case OutputFormat.Csv:
                await output.WriteLineAsync(string.Join(',', answer.Columns.Select(Quote)));
                foreach (var row in answer.Rows)
                {
                    await output.WriteLineAsync(string.Join(',', row.Select(value => Quote(PrintedValue.Text(value)))));
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
            table.AddColumn(
                answer.Rows.All(row => row[index] is null or long or decimal or double)
                    ? heading.RightAligned()
                    : heading);
        }

        foreach (var row in answer.Rows)
        {
            table.AddRow([.. row.Select(value => Markup.Escape(PrintedValue.Text(value)))]);
        }

        return table;
    }

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
