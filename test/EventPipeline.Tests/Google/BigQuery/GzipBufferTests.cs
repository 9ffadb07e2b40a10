using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using CsCheck;
using EventPipeline.Google.BigQuery;

namespace EventPipeline.Tests.Google.BigQuery;

/// <summary>
/// Parts that are compressed apart are one text to any reader of gzip, whichever of them are left out.
/// </summary>
public sealed class GzipBufferTests
{
    [Fact]
    public void What_was_not_left_out_is_read_back_in_order() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 4], Gen.String[Gen.Char.AlphaNumeric, 0, 2_000]).List[0, 60],
            Gen.Int[0, 4].HashSet[0, 3])
            .Sample((lines, leftOut) =>
            {
                using var buffer = new GzipBuffer();
                foreach (var (part, line) in lines)
                {
                    buffer.Begin(part);
                    buffer.WriteLine(Encoding.UTF8.GetBytes(line));
                }

                foreach (var part in leftOut)
                {
                    buffer.LeaveOut(part);
                }

                buffer.Finish();
                buffer.Fill(int.MaxValue);

                var kept = string.Concat(
                    lines.Where(line => !leftOut.Contains(line.Item1)).Select(line => $"{line.Item2}\n"));
                buffer.HasLines.ShouldBe(kept.Length > 0);
                Read(buffer).ShouldBe(kept);
            });

    [Fact]
    public void What_several_hold_is_one_text_as_often_as_it_is_joined() =>
        Gen.String[Gen.Char.AlphaNumeric, 0, 2_000].List[0, 20].List[1, 8].Sample(texts =>
        {
            var buffers = texts.Select(_ => new GzipBuffer()).ToList();
            foreach (var (buffer, lines) in buffers.Zip(texts))
            {
                lines.ForEach(line => buffer.WriteLine(Encoding.UTF8.GetBytes(line)));
            }

            for (var time = 0; time < 2; time++)
            {
                using var joined = GzipBuffer.Join(buffers);
                joined.Finish();
                joined.Fill(int.MaxValue);
                Read(joined).ShouldBe(string.Concat(texts.SelectMany(lines => lines).Select(line => $"{line}\n")));
            }

            foreach (var (buffer, lines) in buffers.Zip(texts))
            {
                buffer.Fill(int.MaxValue);
                Read(buffer).ShouldBe(string.Concat(lines.Select(line => $"{line}\n")));
                buffer.Dispose();
            }
        });

    [Fact]
    public void A_large_part_is_ready_before_it_ends_and_memory_holds_no_more_than_it_says()
    {
        using var buffer = new GzipBuffer();
        var bytes = new byte[3_000];
        var random = new Random(7);
        long written = 0;
        for (var i = 0; i < 4_000; i++)
        {
            random.NextBytes(bytes);
            var line = Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));
            written += line.Length + 1;
            buffer.WriteLine(line);
        }

        ((long)buffer.Length).ShouldBeInRange(12_000_000 - GzipBuffer.MaxHeldBytes - 1_000_000, 12_500_000);
        buffer.Finish();
        buffer.Fill(int.MaxValue);
        Read(buffer).Length.ShouldBe((int)written);
    }

    [Fact]
    public void Parts_that_are_left_out_as_they_end_are_never_ready_however_many_they_are()
    {
        using var buffer = new GzipBuffer();
        var bytes = new byte[3_000];
        var random = new Random(7);
        foreach (var part in Enumerable.Range(1, 8))
        {
            buffer.Begin(part);
            foreach (var _ in Enumerable.Range(0, 1_000))
            {
                random.NextBytes(bytes);
                buffer.WriteLine(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)));
            }

            buffer.Length.ShouldBe(0);
            buffer.LeaveOut(part);
        }

        buffer.Begin(9);
        buffer.WriteLine("kept"u8);
        buffer.Finish();
        buffer.Fill(int.MaxValue);
        Read(buffer).ShouldBe("kept\n");
    }

    [Fact]
    public void The_checksum_of_two_texts_is_that_of_both_together() =>
        Gen.Select(Gen.Byte.Array[0, 5_000], Gen.Byte.Array[0, 5_000]).Sample((first, second) =>
            Crc32Sum.Of(Crc32.HashToUInt32(first), Crc32.HashToUInt32(second), second.Length)
                .ShouldBe(Crc32.HashToUInt32([.. first, .. second])));

    private static string Read(GzipBuffer buffer)
    {
        using var reader = new StreamReader(
            new GZipStream(new MemoryStream(buffer.Front(buffer.Length).ToArray()), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
