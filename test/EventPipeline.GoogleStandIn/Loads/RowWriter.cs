using System.Globalization;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>
/// Appends rows to a table in the connection's transaction. An appender holds its rows in memory, long texts above all,
/// so that a new one is taken every few megabytes.
/// </summary>
internal sealed class RowWriter(
    DuckDBConnection connection, TableName table, IReadOnlyList<Column> columns) : IDisposable
{
    private const int BytesPerAppender = 8 * 1024 * 1024;
    private readonly bool[] decimals = [.. columns.Select(column => column.Type.Name is "NUMERIC" or "BIGNUMERIC")];
    private DuckDBAppender? appender;
    private long bytes;

    /// <summary>Appends a row.</summary>
    /// <param name="row">What <see cref="RowReader.Row"/> holds.</param>
    /// <param name="size">About how large it is.</param>
    public void Write(object?[] row, int size)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (decimals[i] && row[i] is string text)
            {
                if (Values.ToDecimal(text) is not { } number)
                {
                    WriteAsSql(row);
                    return;
                }

                row[i] = number;
            }
        }

        if (appender is not null && bytes > BytesPerAppender)
        {
            Flush();
        }

        appender ??= connection.CreateAppender("data", table.Dataset, table.Table);
        bytes += size;
        var values = appender.CreateRow();
        foreach (var value in row)
        {
            _ = value switch
            {
                null => values.AppendNullValue(),
                string text => values.AppendValue(text),
                long number => values.AppendValue(number),
                decimal number => values.AppendValue(number),
                double number => values.AppendValue(number),
                bool truth => values.AppendValue(truth),
                DateOnly day => values.AppendValue(day),
                DateTime time => values.AppendValue(time),
                byte[] data => values.AppendValue(data),
                _ => throw new InvalidOperationException($"A column takes no {value.GetType()}."),
            };
        }

        values.EndRow();
    }

    public void Dispose() => Flush();

    private void Flush()
    {
        appender?.Dispose();
        (appender, bytes) = (null, 0);
    }

    /// <summary>The appender takes decimals of .NET only, which end at 28 digits.</summary>
    private void WriteAsSql(object?[] row)
    {
        Flush();
        var values = row.Select((value, i) => value switch
        {
            null => "NULL",
            DateTime time => Sql.Text(Values.Time(time)),
            DateOnly day => Sql.Text(day.ToString("O", CultureInfo.InvariantCulture)),
            byte[] data => $"from_base64({Sql.Text(Convert.ToBase64String(data))})",
            string text => Sql.Text(text),
            _ => Sql.Text(Convert.ToString(value, CultureInfo.InvariantCulture)!),
        });
        Database.Run(connection, $"INSERT INTO {table.Quoted} VALUES ({string.Join(", ", values)})");
    }
}
