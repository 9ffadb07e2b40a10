using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;

namespace EventPipeline.Commands;

/// <summary>Writes records for programs: as a JSON array of objects, or as CSV (RFC 4180).</summary>
internal static class RecordWriter
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes them.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="format">Which of the two.</param>
    /// <param name="columns">The names of the cells.</param>
    /// <param name="records">The cells of each record; null is JSON's null, and an empty cell of CSV.</param>
    public static Task WriteAsync(
        TextWriter output,
        OutputFormat format,
        IReadOnlyList<string> columns,
        IEnumerable<IReadOnlyList<string?>> records) =>
        format == OutputFormat.Json
            ? WriteJsonAsync(output, columns, records)
            : WriteCsvAsync(output, records.Prepend(columns));

    /// <summary>A whole number as a cell.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task WriteJsonAsync(
        TextWriter output, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> records)
    {
        using var text = new MemoryStream();
        await using (var json = new Utf8JsonWriter(text, Indented))
        {
            json.WriteStartArray();
            foreach (var record in records)
            {
                json.WriteStartObject();
                foreach (var (column, cell) in columns.Zip(record))
                {
                    json.WriteString(column, cell);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        await output.WriteLineAsync(Encoding.UTF8.GetString(text.ToArray()));
    }

    private static async Task WriteCsvAsync(TextWriter output, IEnumerable<IReadOnlyList<string?>> records)
    {
        await using var csv = new CsvWriter(output, CultureInfo.InvariantCulture, leaveOpen: true);
        foreach (var record in records)
        {
            foreach (var cell in record)
            {
                csv.WriteField(cell);
            }

            await csv.NextRecordAsync();
        }

        await csv.FlushAsync();
    }
}
