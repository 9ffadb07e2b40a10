using System.Text;
using EventPipeline.Load;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Load;

/// <summary>
/// Keys, lines and digests are stored: a version that wrote others would take every day for a changed one.
/// </summary>
public sealed class StoredTextTests
{
    private static readonly DateOnly Day = new(2026, 11, 16);

    [Fact]
    public void A_row_key_is_the_same_text_in_every_version() =>
        $"{RowKey.Create("vendor", "anthropic", "", null)}".ShouldBe("8d1c04d7b8e735ecbb2057b2f3521c5d");

    [Fact]
    public void A_row_is_the_same_line_and_hash_in_every_version()
    {
        using var lines = new RecordLine("0199", 3);

        var (line, hash) = lines.Write(Row("a", default));

        $"{hash:x32}".ShouldBe("1cc6547eb61446c8861c5f477e620cef");
        Encoding.UTF8.GetString(line.Span).ShouldBe(
            """
            {"load_id":"0199","amount_usd":"1.5","currency":"USD","basis":"billed",
            "bucket_start":"2026-11-16T00:00:00\u002B00:00","bucket_width":"1d","row_key":"f9f2eff042fb3ba78744d4688e6cd19f",
            "vendor":"anthropic","account_id":"acme","report":"cost","grain":"all.v1","usage_date":"2026-11-16"}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void Keys_that_unknown_fields_are_part_of_are_the_same_in_every_version()
    {
        var reading = new WindowReading(new Window("anthropic", "acme", "cost", Day, Day));
        using var lines = new RecordLine("0199", 3);
        reading.Begin(Day);

        var keys = new[]
        {
            default, new RowWords(7, 0, 0, true), new RowWords(0, 8, 0, true), new RowWords(0, 9, 0, true),
        }
            .Select(words => Row("a", words))
            .Select(row => $"{reading.Add(row, lines.Write(row).Hash)!.RowKey}")
            .ToList();

        string[] stored = [.. keys, reading.Days[Day].Digest, reading.Days[Day].Said];
        stored.ShouldBe(
        [
            "f9f2eff042fb3ba78744d4688e6cd19f",
            "748da503fffbf940cde7a45571db04ed",
            "5cb91a7abe0533f87419ffa5f571be30",
            "5febee1ca6f93a676b12960c0841c77b",
            "4:731951fad8511b2218717d1df98833bc",
            "4:dfbcbd9f7aebff2135676294c23f4c90",
        ]);
    }

    private static CostRecord Row(string key, RowWords words) =>
        BilledCost.Of(Day, RowKey.Create(key), 1.5m) with { AccountId = "acme", Words = words };
}
