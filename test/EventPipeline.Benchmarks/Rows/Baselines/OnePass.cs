using System.Buffers;
using System.IO.Compression;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Rows.Baselines;

/// <summary>A row that is read from where it stands in the buffer, and written from there.</summary>
internal interface IPassingRow<TSelf>
    where TSelf : struct, IPassingRow<TSelf>, allows ref struct
{
    /// <summary>Reads a row whose opening brace was read; false if the buffer ends before it does.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, ref TSelf row);

    /// <summary>Writes the row's columns, its key among them, between the braces.</summary>
    void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> day);
}

/// <summary>
/// Baseline (b2): what a careful engineer writes with the base library, in one pass: a reader over buffers of 64 KiB,
/// a typed row, the key in one call of SHA-256, a writer, and gzip at its fastest. Nothing is checked, proved or kept.
/// </summary>
/// <typeparam name="TRow">The row.</typeparam>
internal static class OnePass<TRow>
    where TRow : struct, IPassingRow<TRow>, allows ref struct
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Reads a page and writes its rows.</summary>
    public static long Copy(Stream page, Stream output)
    {
        using var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        var line = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(line);
        var (buffer, day) = (new byte[BufferBytes], new byte[10]);
        var (held, rows) = (0, 0L);
        JsonReaderState state = default;
        while (true)
        {
            var read = page.Read(buffer, held, buffer.Length - held);
            var reader = new Utf8JsonReader(buffer.AsSpan(0, held + read), read == 0, state);
            rows += Take(ref reader, day, line, writer, gzip);
            if (read == 0)
            {
                return rows;
            }

            var consumed = (int)reader.BytesConsumed;
            held = held + read - consumed;
            buffer.AsSpan(consumed, held).CopyTo(buffer);
            state = reader.CurrentState;
        }
    }

    /// <summary>Takes what is whole, and leaves the reader before a row that is not.</summary>
    private static long Take(
        ref Utf8JsonReader reader, byte[] day, ArrayBufferWriter<byte> line, Utf8JsonWriter writer, GZipStream gzip)
    {
        const int bucketDepth = 2;
        const int rowDepth = 4;
        var rows = 0L;
        while (true)
        {
            var before = reader;
            if (!reader.Read())
            {
                return rows;
            }

            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == rowDepth)
            {
                TRow row = default;
                if (!TRow.TryRead(ref reader, ref row))
                {
                    reader = before;
                    return rows;
                }

                Write(row, day, line, writer, gzip);
                rows++;
            }
            else if (reader.TokenType == JsonTokenType.PropertyName
                && reader.CurrentDepth == bucketDepth + 1
                && reader.ValueTextEquals("starting_at"u8))
            {
                if (!reader.Read())
                {
                    reader = before;
                    return rows;
                }

                reader.ValueSpan[..day.Length].CopyTo(day);
            }
        }
    }

    private static void Write(
        TRow row, ReadOnlySpan<byte> day, ArrayBufferWriter<byte> line, Utf8JsonWriter writer, GZipStream gzip)
    {
        line.ResetWrittenCount();
        writer.Reset(line);
        writer.WriteStartObject();
        row.Write(writer, day);
        writer.WriteEndObject();
        writer.Flush();
        gzip.Write(line.WrittenSpan);
        gzip.WriteByte((byte)'\n');
    }
}
