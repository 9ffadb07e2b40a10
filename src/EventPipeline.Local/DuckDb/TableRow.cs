using System.Text.Json;
using System.Text.Unicode;
using DuckDB.NET.Data;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// Rows of newline-delimited JSON as a table takes them, as strictly as BigQuery's load jobs: an unknown field, a null
/// where none is allowed, and a value that is not exactly the column's are refused, by name. Values go from the line's
/// bytes into the table's. Not thread-safe.
/// https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
/// </summary>
internal sealed class TableRow
{
    private readonly string _table;
    private readonly StoredColumn[] _columns;
    private readonly Dictionary<string, int> _index;
    private readonly JsonField[] _values;

    // Which column stood behind each in the last row, the first behind none: the next row is usually alike.
    private readonly int[] _behind;

    public TableRow(DuckDBConnection connection, string dataset, string table)
    {
        _table = $"{dataset}.{table}";
        _columns = StoredColumn.Of(connection, dataset, table);
        if (_columns.Length == 0)
        {
            throw Refused("there is no such table");
        }

        _index = _columns.Select((column, i) => (column.Name, i))
            .ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.OrdinalIgnoreCase);
        _values = new JsonField[_columns.Length];
        _behind = new int[_columns.Length + 1];
    }

    /// <summary>Appends a line.</summary>
    /// <exception cref="RejectedEventException">The table does not take it.</exception>
    public void Append(DuckDBAppender appender, Memory<byte> line)
    {
        try
        {
            Read(line.Span);
            appender.AppendRow((this, line), static (row, given) => given.Item1.Append(row, given.line));
        }
        catch (JsonException failure)
        {
            throw Refused($"a row is not JSON: {failure.Message}");
        }
        catch (InvalidOperationException failure)
        {
            // Half of a surrogate pair, written as an escape.
            throw Refused($"a string is not Unicode: {failure.Message}");
        }
    }

    /// <summary>Finds the values of a line.</summary>
    private void Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_values);
        var reader = new Utf8JsonReader(line);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            ReadToEnd(reader);
            throw Refused("a row is not an object");
        }

        var last = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = ColumnOf(ref reader, last);
            if (_values[at].Kind != JsonTokenType.None)
            {
                ReadToEnd(reader);
                throw Refused($"'{reader.GetString()}' occurs twice");
            }

            (_behind[last], last) = (at, at + 1);
            reader.Read();
            var (start, kind, isEscaped) = ((int)reader.TokenStartIndex, reader.TokenType, reader.ValueIsEscaped);
            reader.Skip();
            _values[at] = new JsonField(start, (int)reader.BytesConsumed - start, kind, isEscaped);
        }

        ReadToEnd(reader);
    }

    private int ColumnOf(ref Utf8JsonReader reader, int last)
    {
        if (reader.ValueIsEscaped)
        {
            return ColumnOf(reader);
        }

        var name = reader.ValueSpan;
        if (name.SequenceEqual(_columns[_behind[last]].Utf8Name.Span))
        {
            return _behind[last];
        }

        for (var i = 0; i < _columns.Length; i++)
        {
            if (name.SequenceEqual(_columns[i].Utf8Name.Span))
            {
                return i;
            }
        }

        return ColumnOf(reader);
    }

    private int ColumnOf(Utf8JsonReader reader)
    {
        ReadToEnd(reader);
        var name = reader.GetString()!;
        return _index.TryGetValue(name, out var at)
            ? at
            : throw Refused($"there is no column '{Shown.Plain(name, 100)}'");
    }

    /// <summary>Whether a row is JSON at all matters more than what it says.</summary>
    private static void ReadToEnd(Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }

    private void Append(IDuckDBAppenderRow row, Memory<byte> line)
    {
        var isUtf8 = Utf8.IsValid(line.Span);
        for (var i = 0; i < _columns.Length; i++)
        {
            var (column, value) = (_columns[i], _values[i]);
            if (value.IsNothing)
            {
                if (!column.IsNullable)
                {
                    throw Refused($"'{column.Name}' is null or missing, but takes no null");
                }

                row.AppendNullValue();
            }
            else if (!(isUtf8 || value.IsUtf8(line)) || !column.TryAppend(row, line.Span, value))
            {
                throw Refused($"'{column.Name}' takes {column}, not {Shown.Plain(value.RawText(line), 100)}");
            }
        }
    }

    private RejectedEventException Refused(string why) => new(
        $"{_table} refused a row: {why}.",
        "This is a bug in the service, or the table was made by another version of it: "
            + "report it, or start with an empty folder (--data).",
        RejectionCause.WarehouseRefused);
}
