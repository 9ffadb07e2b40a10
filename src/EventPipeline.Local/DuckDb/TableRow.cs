using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using DuckDBDateOnly = DuckDB.NET.Native.DuckDBDateOnly;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Rows of newline-delimited JSON as a table takes them, as strictly as BigQuery's load jobs: an unknown field, a null
/// where none is allowed, and a value that is not exactly the column's are refused, by name.
/// https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
/// </summary>
internal sealed class TableRow
{
    private readonly string _table;
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _index;

    public TableRow(DuckDBConnection connection, string dataset, string table)
    {
        _table = $"{dataset}.{table}";
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT column_name, data_type, is_nullable = 'YES', numeric_precision, numeric_scale FROM information_schema.columns
            WHERE table_schema = $dataset AND table_name = $table ORDER BY ordinal_position
            """;
        command.Parameters.Add(new DuckDBParameter("dataset", dataset));
        command.Parameters.Add(new DuckDBParameter("table", table));
        using var reader = command.ExecuteReader();
        var columns = new List<Column>();
        while (reader.Read())
        {
            columns.Add(new Column(
                reader.GetString(0),
                reader.GetString(1).Split('(')[0],
                reader.GetBoolean(2),
                reader.IsDBNull(3) ? 0 : Convert.ToInt32(reader.GetValue(3), CultureInfo.InvariantCulture),
                reader.IsDBNull(4) ? 0 : Convert.ToInt32(reader.GetValue(4), CultureInfo.InvariantCulture)));
        }

        if (columns.Count == 0)
        {
            throw Refused("there is no such table");
        }

        _columns = [.. columns];
        _index = columns.Select((column, i) => (column.Name, i))
            .ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Appends a line.</summary>
    /// <exception cref="RejectedEventException">The table does not take it.</exception>
    public void Append(DuckDBAppender appender, ReadOnlyMemory<byte> line)
    {
        using var parsed = Parse(line);
        try
        {
            Append(appender.CreateRow(), Values(parsed.RootElement));
        }
        catch (InvalidOperationException failure)
        {
            // Half of a surrogate pair, written as an escape.
            throw Refused($"a string is not Unicode: {failure.Message}");
        }
    }

    private JsonElement?[] Values(JsonElement line)
    {
        var values = new JsonElement?[_columns.Length];
        foreach (var field in line.EnumerateObject())
        {
            if (!_index.TryGetValue(field.Name, out var at))
            {
                throw Refused($"there is no column '{Shown.Plain(field.Name, 100)}'");
            }

            if (values[at] is not null)
            {
                throw Refused($"'{field.Name}' occurs twice");
            }

            values[at] = field.Value;
        }

        return values;
    }

    private void Append(IDuckDBAppenderRow row, JsonElement?[] values)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            Append(row, _columns[i], values[i]);
        }

        row.EndRow();
    }

    private JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var parsed = JsonDocument.Parse(line);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                ? parsed
                : throw Refused("a row is not an object");
        }
        catch (JsonException failure)
        {
            throw Refused($"a row is not JSON: {failure.Message}");
        }
    }

    private void Append(IDuckDBAppenderRow row, Column column, JsonElement? given)
    {
        if (given is not { ValueKind: not JsonValueKind.Null } value)
        {
            if (!column.IsNullable)
            {
                throw Refused($"'{column.Name}' is null or missing, but takes no null");
            }

            row.AppendNullValue();
            return;
        }

        switch (column.Type)
        {
            case "JSON":
                row.AppendValue(value.GetRawText());
                break;
            case "VARCHAR":
                row.AppendValue(
                    value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(column, value));
                break;
            case "BIGINT":
                row.AppendValue(
                    long.TryParse(
                        TextOf(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                        ? whole
                        : throw Wrong(column, value));
                break;
            case "BOOLEAN":
                row.AppendValue(
                    value.ValueKind is JsonValueKind.True or JsonValueKind.False
                        ? value.GetBoolean()
                        : throw Wrong(column, value));
                break;
            case "DATE":
                row.AppendValue(
                    DateOnly.TryParseExact(
                        TextOf(value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                    ? (DuckDBDateOnly)day : throw Wrong(column, value));
                break;
            case "TIMESTAMP":
                row.AppendValue(Time(column, value).UtcDateTime);
                break;
            case "DECIMAL":
                row.AppendValue(Exact(column, value));
                break;
            default:
                throw new NotSupportedException($"No rule for the type {column.Type} of {_table}.{column.Name}.");
        }
    }

    private DateTimeOffset Time(Column column, JsonElement value)
    {
        var text = TextOf(value);
        var isTime = DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        return isTime && time.Ticks % TimeSpan.TicksPerMicrosecond == 0 ? time : throw Wrong(column, value);
    }

    /// <summary>A number that loses no digit: .NET's parser rounds longer numbers than it can represent.</summary>
    private decimal Exact(Column column, JsonElement value)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
#pragma warning disable RS0030 // Whether it rounded is checked below.
        if (!decimal.TryParse(TextOf(value), style, CultureInfo.InvariantCulture, out var number))
#pragma warning restore RS0030
        {
            throw Wrong(column, value);
        }

        // Up to 28 digits are held exactly, whatever they are.
        var text = TextOf(value).TrimStart('-', '+');
        var isExact = text.Length <= 28
            || Bare(text) == Bare(decimal.Abs(number).ToString(CultureInfo.InvariantCulture));
        return isExact && decimal.Round(number, column.Scale) == number && decimal.Abs(number) < Limit(column)
            ? number
            : throw Wrong(column, value);
    }

    private static string Bare(string text) => text.Contains('.', StringComparison.Ordinal)
        ? text.TrimStart('0').TrimEnd('0').TrimEnd('.')
        : text.TrimStart('0');

    private static decimal Limit(Column column) =>
        column.Precision - column.Scale > 28
            ? decimal.MaxValue
            : Enumerable.Repeat(10m, column.Precision - column.Scale).Aggregate(1m, decimal.Multiply);

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        _ => "",
    };

    private RejectedEventException Wrong(Column column, JsonElement value) =>
        Refused($"'{column.Name}' takes {column}, not {Shown.Plain(value.GetRawText(), 100)}");

    private RejectedEventException Refused(string why) => new(
        $"{_table} refused a row: {why}.",
        "This is a bug in the service, or the table was made by another version of it: "
            + "report it, or start with an empty folder (--data).",
        RejectionCause.WarehouseRefused);

    private sealed record Column(string Name, string Type, bool IsNullable, int Precision, int Scale)
    {
        public override string ToString() => Type switch
        {
            "VARCHAR" => "a string",
            "BIGINT" => "a 64-bit whole number",
            "BOOLEAN" => "true or false",
            "DATE" => "a day such as 2026-11-22",
            "TIMESTAMP" => "a time with at most six decimals such as 2026-11-22T06:00:00Z",
            "DECIMAL" => $"a number of at most {Precision - Scale} digits before and {Scale} after the point",
            _ => Type,
        };
    }
}
