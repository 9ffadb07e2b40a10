using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Local.DuckDb;

namespace EventPipeline.Local.Cli;

/// <summary>Prints rows: as a table, as JSON objects with decimals as strings, or as CSV (RFC 4180).</summary>
internal static class QueryPrinter
{
    public static async Task PrintAsync(
        TextWriter output, QueryAnswer answer, OutputFormat format)
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
                await RecordWriter.WriteAsync(output, OutputFormat.Csv, answer.Columns, Cells(answer));
                break;
            default:
                await TextColumns.WriteAsync(output, [[.. answer.Columns], .. Cells(answer)]);
                await output.WriteLineAsync($"{answer.Rows.Count} {(answer.Rows.Count == 1 ? "row" : "rows")}");
                break;
        }
    }

    private static IEnumerable<string[]> Cells(QueryAnswer answer) =>
        answer.Rows.Select(row => row.Select(PrintedValue.Text).ToArray());
}
