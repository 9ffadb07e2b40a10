using System.Globalization;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using DuckDBDateOnly = DuckDB.NET.Native.DuckDBDateOnly;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// A column of a table, and which values are exactly its own. It remembers its last day or time, which the next row
/// usually repeats. Not thread-safe.
/// </summary>
internal sealed class StoredColumn
{
    private readonly string _table;
    private readonly string _type;
    private readonly int _precision;
    private readonly int _scale;
    private readonly decimal _limit;
    private byte[] _lastText = [];
    private byte[] _unescaped = [];
    private DateTime _last;

    private StoredColumn(string table, string name, string type, bool isNullable, int precision, int scale)
    {
        _table = table;
        (Name, Utf8Name, _type, IsNullable) = (name, Encoding.UTF8.GetBytes(name), type.Split('(')[0], isNullable);
        (_precision, _scale) = (precision, scale);
        _limit = precision - scale > 28
            ? decimal.MaxValue
            : Enumerable.Repeat(10m, precision - scale).Aggregate(1m, decimal.Multiply);
    }

    public string Name { get; }

    public ReadOnlyMemory<byte> Utf8Name { get; }

    public bool IsNullable { get; }

    /// <summary>The columns of a table in their order; none if there is no such table.</summary>
    public static StoredColumn[] Of(DuckDBConnection connection, string dataset, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT column_name, data_type, is_nullable = 'YES', numeric_precision, numeric_scale FROM information_schema.columns
            WHERE table_schema = $dataset AND table_name = $table ORDER BY ordinal_position
            """;
        command.Parameters.Add(new DuckDBParameter("dataset", dataset));
        command.Parameters.Add(new DuckDBParameter("table", table));
        using var reader = command.ExecuteReader();
        var columns = new List<StoredColumn>();
        while (reader.Read())
        {
            columns.Add(new StoredColumn(
                $"{dataset}.{table}",
                reader.GetString(0),
                reader.GetString(1),
                reader.GetBoolean(2),
                Number(reader, 3),
                Number(reader, 4)));
        }

        return [.. columns];

        static int Number(DuckDBDataReader reader, int i) =>
            reader.IsDBNull(i) ? 0 : Convert.ToInt32(reader.GetValue(i), CultureInfo.InvariantCulture);
    }

    /// <summary>Appends a value other than null.</summary>
    /// <param name="row">The row, up to this column.</param>
    /// <param name="line">The line, in UTF-8.</param>
    /// <param name="value">The value in the line.</param>
    /// <returns>False if it is not the column's.</returns>
    /// <exception cref="InvalidOperationException">Half of a surrogate pair, written as an escape.</exception>
    public bool TryAppend(IDuckDBAppenderRow row, Span<byte> line, JsonField value)
    {
        switch (_type)
        {
            case "JSON":
                row.AppendValue(value.Raw(line));
                return true;
            case "VARCHAR" when value.Kind == JsonTokenType.String:
                row.AppendValue(value.Text(line, ref _unescaped));
                return true;
            case "BOOLEAN" when value.Kind is JsonTokenType.True or JsonTokenType.False:
                row.AppendValue(value.Kind == JsonTokenType.True);
                return true;
            case "VARCHAR" or "BOOLEAN":
                return false;
            case "BIGINT" or "DATE" or "TIMESTAMP" or "DECIMAL":
                return value.Kind is JsonTokenType.String or JsonTokenType.Number
                    && TryAppend(row, value.Text(line, ref _unescaped));
            default:
                throw new NotSupportedException($"No rule for the type {_type} of {_table}.{Name}.");
        }
    }

    /// <summary>What the column takes.</summary>
    public override string ToString() => _type switch
    {
        "VARCHAR" => "a string",
        "BIGINT" => "a 64-bit whole number",
        "BOOLEAN" => "true or false",
        "DATE" => "a day such as 2026-11-22",
        "TIMESTAMP" => "a time with at most six decimals such as 2026-11-22T06:00:00Z",
        "DECIMAL" => $"a number of at most {_precision - _scale} digits before and {_scale} after the point",
        _ => _type,
    };

    private bool TryAppend(IDuckDBAppenderRow row, ReadOnlySpan<byte> text)
    {
        switch (_type)
        {
            case "BIGINT" when long.TryParse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                row.AppendValue(whole);
                return true;
            case "DECIMAL" when TryReadDecimal(text, out var number):
                row.AppendValue(number);
                return true;
            case "DATE" when IsLast(text) || Remember(text, TryReadDay):
                row.AppendValue((DuckDBDateOnly)DateOnly.FromDateTime(_last));
                return true;
            case "TIMESTAMP" when IsLast(text) || Remember(text, TryReadTime):
                row.AppendValue(_last);
                return true;
            default:
                return false;
        }
    }

    private bool IsLast(ReadOnlySpan<byte> text) => !text.IsEmpty && text.SequenceEqual(_lastText);

    private bool Remember(ReadOnlySpan<byte> text, TryRead read)
    {
        if (!read(Encoding.UTF8.GetString(text), out var value))
        {
            return false;
        }

        (_lastText, _last) = (text.ToArray(), value);
        return true;
    }

    private static bool TryReadDay(string text, out DateTime day)
    {
        var isDay = UtcDay.TryParse(text, out var read);
        day = read.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        return isDay;
    }

    private static bool TryReadTime(string text, out DateTime time)
    {
        var isTime = DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read);
        time = read.UtcDateTime;
        return isTime && time.Ticks % TimeSpan.TicksPerMicrosecond == 0;
    }

    /// <summary>A number that loses no digit: .NET's parser rounds longer numbers than it can represent.</summary>
    private bool TryReadDecimal(ReadOnlySpan<byte> text, out decimal number)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
#pragma warning disable RS0030 // Whether it rounded is checked below.
        if (!decimal.TryParse(text, style, CultureInfo.InvariantCulture, out number))
#pragma warning restore RS0030
        {
            return false;
        }

        // Up to 28 digits are held exactly, whatever they are.
        var isExact = text.TrimStart("-+"u8).Length <= 28 || IsExact(Encoding.UTF8.GetString(text), number);
        return isExact
            && (number.Scale <= _scale || decimal.Round(number, _scale) == number)
            && decimal.Abs(number) < _limit;
    }

    private static bool IsExact(string text, decimal number) =>
        Bare(text.TrimStart('-', '+')) == Bare(decimal.Abs(number).ToString(CultureInfo.InvariantCulture));

    private static string Bare(string text) => text.Contains('.', StringComparison.Ordinal)
        ? text.TrimStart('0').TrimEnd('0').TrimEnd('.')
        : text.TrimStart('0');

    private delegate bool TryRead(string text, out DateTime value);
}
