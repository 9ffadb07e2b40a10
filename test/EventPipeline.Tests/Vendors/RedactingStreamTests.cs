using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Tests.Vendors;

public sealed class RedactingStreamTests
{
    private const string Key = "sk-ant-admin01-Canary_0123456789";
    private const string Odd = "Canary-1+/=&%<\"'\\~{odd}";

    public static TheoryData<string> Keys => [Key, Odd];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_key_is_taken_out_in_every_spelling_wherever_reads_cut_it(string key)
    {
        foreach (var spelling in Spellings(key))
        {
            var text = $$"""{"a":"{{spelling}}","b":"x{{spelling}}y{{spelling}}","c":1}""";
            for (var read = 1; read < Math.Min(text.Length, 60); read++)
            {
                var clean = await CleanAsync(text, key, read, output: 7);

                clean.ShouldBe("""{"a":"…","b":"x…y…","c":1}""", $"{spelling} in reads of {read}");
            }
        }
    }

    [Fact]
    public async Task A_key_on_the_edge_of_a_part_is_taken_out_and_the_rest_stays_word_for_word()
    {
        for (var before = (32 * 1024) - 80; before <= (32 * 1024) + 10; before++)
        {
            var (head, tail) = (new string('h', before), new string('t', 40_000));

            var clean = await CleanAsync(head + Key + tail, Key, read: 64 * 1024, output: 32 * 1024);

            clean.ShouldBe($"{head}…{tail}");
        }
    }

    [Theory]
    [InlineData("nabcdefghijkl", """{"a":"\nabcdefghijkl"}""")]
    [InlineData("00e9abcdefghijkl", """{"a":"\u00e9abcdefghijkl"}""")]
    [InlineData("e9abcdefghijkl", """{"a":"\u00e9abcdefghijkl"}""")]
    [InlineData("1234567890123456", """{"amount":1234567890123456}""")]
    public async Task What_only_looks_like_a_key_across_an_escape_or_is_a_number_stays(string key, string text) =>
        (await CleanAsync(text, key, 5, 5)).ShouldBe(text);

    [Fact]
    public async Task A_key_behind_an_escaped_backslash_is_one() =>
        (await CleanAsync("""{"a":"\\nabcdefghijkl"}""", "nabcdefghijkl", 4, 4)).ShouldBe("""{"a":"\\…"}""");

    [Theory]
    [InlineData("""\u0073k-ant-admin01-Canary_0123456789""")]
    [InlineData("""sk\u002dant-admin01-Canary_0123456789""")]
    [InlineData("""sk\u002Dant-admin01\u002dCanary\u005F0123456789""")]
    [InlineData("""sk-ant-admin01-Canary_012345678\u0039""")]
    [InlineData(null)]
    public async Task A_key_is_taken_out_however_its_characters_are_escaped_and_wherever_reads_cut_it(string? spelling)
    {
        spelling ??= string.Concat(Key.Select(character => FormattableString.Invariant($"\\u{(int)character:x4}")));
        var text = $$"""{"\n{{spelling}}":"\\{{spelling}}","b":"\u00e9{{spelling}}x","c":1}""";
        for (var read = 1; read <= text.Length; read++)
        {
            (await CleanAsync(text, Key, read, output: 7)).ShouldBe("""{"\n…":"\\…","b":"\u00e9…x","c":1}""", $"reads of {read}");
        }
    }

    [Theory]
    [InlineData("""{"a":"\\u0073k-ant-admin01-Canary_0123456789"}""")]
    [InlineData("""{"a":"\u0022\u005c\u003c\u0173\u2028\ud83d\ude00\/\"\\"}""")]
    [InlineData("""{"a":"\u00""")]
    [InlineData("""{"a":"\u00zz"}""")]
    [InlineData("{\"a\":\"\\")]
    public async Task An_escape_that_is_none_or_of_another_character_stays(string text)
    {
        for (var read = 1; read <= text.Length; read++)
        {
            (await CleanAsync(text, Key, read, output: 7)).ShouldBe(text, $"reads of {read}");
        }
    }

    [Fact]
    public async Task A_key_renewed_under_way_hides_both()
    {
        var redaction = new Redaction();
        redaction.Hide(Key);
        redaction.Hide("sk-ant-admin01-Another_0123456789");

        (await CleanAsync($"{Key} sk-ant-admin01-another_0123456789", redaction, 3, 3)).ShouldBe("… …");
    }

    [Fact]
    public async Task A_body_that_ends_within_the_beginning_of_a_key_is_whole() =>
        (await CleanAsync("""{"a":"sk-ant-admin01-Can""", Key, 3, 3)).ShouldBe("""{"a":"sk-ant-admin01-Can""");

    [Fact]
    public async Task A_key_that_the_vendor_echoes_is_in_no_row_no_page_and_no_note()
    {
        using var vendor = new StubVendor();
        using var bench = new VendorBench(vendor);
        var row = $$"""{"amount":"1","currency":"USD","description":"line of {{VendorBench.Secret}}","{{VendorBench.Secret}}":1}""";
        vendor.On("/v1/organizations/cost_report", Encoding.UTF8.GetBytes(
            $$"""{"data":[{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","results":[{{row}}]}],"has_more":false}"""));

        var items = await bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        items.OfType<EventPipeline.Vendors.Records.CostRecord>().ShouldHaveSingleItem().LineItem.ShouldBe("line of …");
        bench.Drift.Notes.ShouldBe(["data[].results[].…"]);
        string.Concat(bench.Kept.Select(part => part.Payload)).ShouldNotContain(VendorBench.Secret);
    }

    private static IEnumerable<string> Spellings(string key) => new[]
    {
        key,
        Uri.EscapeDataString(key),
        WebUtility.UrlEncode(key),
        WebUtility.HtmlEncode(key),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {key}")),
    }.SelectMany(spelling => new[]
    {
        JsonSerializer.Serialize(spelling).Trim('"'),
        JsonEncodedText.Encode(spelling, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
    }).Distinct();

    private static Task<string> CleanAsync(string text, string key, int read, int output)
    {
        var redaction = new Redaction();
        redaction.Hide(key);
        return CleanAsync(text, redaction, read, output);
    }

    private static async Task<string> CleanAsync(string text, Redaction redaction, int read, int output)
    {
        await using var stream = new RedactingStream(new Trickle(Encoding.UTF8.GetBytes(text), read), redaction);
        var clean = new MemoryStream();
        var buffer = new byte[output];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            clean.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(clean.ToArray());
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
