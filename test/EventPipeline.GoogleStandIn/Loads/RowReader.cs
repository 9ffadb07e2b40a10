using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>
/// Reads a line of JSON as the values of a table's columns, with the errors that BigQuery gives.
/// https://docs.cloud.google.com/bigquery/docs/loading-data-cloud-storage-json#details_of_loading_json_data.
/// </summary>
internal sealed class RowReader(IReadOnlyList<Column> columns, bool ignoreUnknownValues)
{
    private readonly byte[][] names = [.. columns.Select(column => Encoding.UTF8.GetBytes(column.Name))];
    private readonly Dictionary<string, int> byName =
        columns.Select((column, i) => (column.Name, i))
            .ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The values of the last row, one per column: null, or of the type that <see cref="Convert"/> makes.
    /// </summary>
    public object?[] Row { get; } = new object?[columns.Count];

    /// <summary>Reads a line into <see cref="Row"/>. Says what is wrong with it; null when nothing is.</summary>
    public string? Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(Row);
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 500 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "Start of array or value encountered without start of object.";
            }

            var expected = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var column = Find(ref reader, expected);
                var name = column < 0 ? reader.GetString()! : "";
                reader.Read();
                if (column < 0)
                {
                    if (!ignoreUnknownValues)
                    {
                        return $"No such field: {name}.";
                    }

                    reader.Skip();
                    continue;
                }

                expected = column + 1;
                if (Take(ref reader, line, column) is { } mistake)
                {
                    return mistake;
                }
            }

            if (reader.Read())
            {
                return "Parser terminated before end of string";
            }
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            return $"Parser terminated before end of string ({ex.Message})";
        }

        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Required && Row[i] is null)
            {
                return $"Missing required field: {columns[i].Name}.";
            }
        }

        return null;
    }

    private int Find(ref Utf8JsonReader reader, int expected)
    {
        // Rows mostly have their fields in the table's order, with some left out.
        for (var i = expected; i < names.Length; i++)
        {
            if (reader.ValueTextEquals(names[i]))
            {
                return i;
            }
        }

        return byName.GetValueOrDefault(reader.GetString()!, -1);
    }

    private string? Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, int i)
    {
        var column = columns[i];
        if (reader.TokenType == JsonTokenType.Null)
        {
            Row[i] = null;
            return column.Required
                ? $"Only optional fields can be set to NULL. Field: {column.Name}; Value: NULL"
                : null;
        }

        if (column.Type.Name == "JSON")
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            Row[i] = Encoding.UTF8.GetString(line[from..(int)reader.BytesConsumed]);
            return null;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                return $"Array specified for non-repeated field: {column.Name}.";
            case JsonTokenType.StartObject:
                return $"JSON object specified for non-record field: {column.Name}";
            case JsonTokenType.String when column.Type.Name == "STRING":
                Row[i] = reader.GetString();
                return null;
            case JsonTokenType.String when reader.ValueIsEscaped:
                return Put(i, Encoding.UTF8.GetBytes(reader.GetString()!), reader.TokenType);
            default:
                return Put(i, reader.ValueSpan, reader.TokenType);
        }
    }

    private string? Put(int i, ReadOnlySpan<byte> text, JsonTokenType token)
    {
        Row[i] = Convert(columns[i].Type, text, token);
        return Row[i] is null ? Mistake(columns[i], Encoding.UTF8.GetString(text)) : null;
    }

    /// <summary>
    /// A scalar as long, double, bool, byte[], <see cref="DateOnly"/>, <see cref="DateTime"/>, string or, of a decimal,
    /// its text.
    /// </summary>
    private static object? Convert(ColumnType type, ReadOnlySpan<byte> text, JsonTokenType token)
    {
        var isBoolean = token is JsonTokenType.True or JsonTokenType.False;
        switch (type.Name)
        {
            case "STRING":
                return Encoding.UTF8.GetString(text);
            case "INTEGER" when !isBoolean:
                return GetInt64(text);
            case "FLOAT" when !isBoolean:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null;
            case "BOOLEAN":
                return isBoolean
                    ? token == JsonTokenType.True
                    : token == JsonTokenType.String ? Boolean(Encoding.UTF8.GetString(text)) : null;
            case "NUMERIC" or "BIGNUMERIC" when !isBoolean:
                return Values.RoundDecimal(Encoding.UTF8.GetString(text), type);
            case "DATE" when token == JsonTokenType.String:
                return Values.ParseDate(text);
            case "TIMESTAMP" when token == JsonTokenType.String:
                return Values.ParseTime(text);
            case "TIMESTAMP" when token == JsonTokenType.Number:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                    && Math.Abs(seconds) < 2e11 ? DateTime.UnixEpoch.AddMicroseconds(Math.Round(seconds * 1e6)) : null;
            case "BYTES" when token == JsonTokenType.String:
                var bytes = new byte[text.Length];
                return System.Convert.TryFromBase64String(Encoding.UTF8.GetString(text), bytes, out var length)
                    ? bytes[..length]
                    : null;
            default:
                return null;
        }
    }

    private static object? GetInt64(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number

            // 1.0 and 1e3 are integers too.
            : Values.RoundDecimal(Encoding.UTF8.GetString(text), new ColumnType("BIGNUMERIC", 38, 18)) is { } exact
                && decimal.TryParse(exact, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && decimal.IsInteger(value) && value is >= long.MinValue and <= long.MaxValue ? (long)value : null;

    private static object? Boolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "T" or "YES" or "Y" or "1" => true,
        "FALSE" or "F" or "NO" or "N" or "0" => false,
        _ => null,
    };

    private static string Mistake(Column column, string value)
    {
        var where = $"Field: {column.Name}; Value: {value}";
        return column.Type.Name switch
        {
            "INTEGER" => $"Could not convert value to integer. {where}",
            "FLOAT" => $"Could not convert value to double. {where}",
            "BOOLEAN" => $"Could not convert value to boolean. {where}",
            "BYTES" => $"Could not decode base64 string to bytes. {where}",
            "DATE" => $"Invalid date: '{value}' {where}",
            "TIMESTAMP" =>
                $"Couldn't convert value to timestamp: Could not parse '{value}' as a timestamp. Required format is "
                    + "YYYY-MM-DD HH:MM[:SS[.SSSSSS]] "
                    + $"or YYYY/MM/DD HH:MM[:SS[.SSSSSS]] {where}",
            var type => $"Invalid {type} value: {value} {where}",
        };
    }
}
