using System.Text;
using EventPipeline.Vendors.Http;

namespace EventPipeline.Tests.Vendors;

/// <summary>E-mail addresses in what vendors answer, hashed.</summary>
public sealed class HashedEmailTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    // Stands for the hash in what is expected.
    private const string Ada = "email:hmac-sha256:ADA";

    private static readonly EmailHash Hash = new(Key);

    [Theory]
    [InlineData("ada@example.com", Ada)]
    [InlineData("Ada@Example.COM", Ada)]
    [InlineData("Ada <ada@example.com>, mailto:ada@example.com.", "Ada <" + Ada + ">, mailto:" + Ada + ".")]
    [InlineData("user 'ada@example.com' is unknown", "user '" + Ada + "' is unknown")]
    [InlineData("https://x.test/?user=ada@example.com&page=2", "https://x.test/?user=" + Ada + "&page=2")]
    [InlineData("ada@example.com/ada@example.com", Ada + "/" + Ada)]
    [InlineData("claude-sonnet-4@20250514", "claude-sonnet-4@20250514")]
    [InlineData("package@1.2.3", "package@1.2.3")]
    [InlineData("@scope/name", "@scope/name")]
    [InlineData("ada@localhost", "ada@localhost")]
    [InlineData("a @ b.com", "a @ b.com")]
    [InlineData("no address", "no address")]
    public void An_address_is_hashed_wherever_it_stands_and_nothing_else_is(string text, string expected) =>
        Hash.Replace(text).ShouldBe(expected.Replace(Ada, Hash.Replace("ada@example.com"), StringComparison.Ordinal));

    [Fact]
    public void The_hash_is_the_hmac_of_the_address_in_lower_case()
    {
        // printf 'ada@example.com' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        Hash.Replace("ada@example.com").ShouldBe(
            "email:hmac-sha256:e3e30b4d50224a4ba14084607085d072402144212a122eb4501daddd6bbe0ee3");
        new EmailHash(Key + "!").Replace("ada@example.com").ShouldNotBe(Hash.Replace("ada@example.com"));
        Hash.Replace(Hash.Replace("ada@example.com")).ShouldBe(Hash.Replace("ada@example.com"));
    }

    [Theory]
    [InlineData("o'brien+x@sub.example.co.uk")]
    [InlineData("jörg.müller@exämple.de")]
    [InlineData("a@b.io")]
    [InlineData("%user_1-x@xn--bcher-kva.example")]
    public void Whatever_people_are_called_is_one_address(string address) =>
        Hash.Replace(address).ShouldMatch("^email:hmac-sha256:[0-9a-f]{64}$");

    [Theory]
    [InlineData("""{"email":"ada@example.com","n":1}""")]
    [InlineData("""{"email":"ada\u0040example.com","n":1}""")]
    [InlineData("""{"email":"\u0061da\u0040example\u002Ecom","n":1}""")]
    public async Task An_address_is_hashed_however_reads_cut_it_and_however_it_is_spelled(string text)
    {
        for (var read = 1; read <= text.Length; read++)
        {
            (await ReadAsync(text, read, output: 7)).ShouldBe(
                $$"""{"email":"{{Hash.Replace("ada@example.com")}}","n":1}""", $"in reads of {read}");
        }
    }

    [Theory]
    [InlineData("""{"a":"\nada@example.com\t"}""", """{"a":"\nADA\t"}""")]
    [InlineData("""{"a":"\\/ada@example.com"}""", """{"a":"\\/ADA"}""")]
    [InlineData("""{"a":"\"ada@example.com\""}""", """{"a":"\"ADA\""}""")]
    [InlineData("""{"a":"\ud83d\ude00ada@example.com"}""", """{"a":"\ud83d\ude00ADA"}""")]
    [InlineData("""{"ada@example.com":{"x":[]}}""", """{"ADA":{"x":[]}}""")]
    [InlineData("ada@example.com", "ADA")]
    [InlineData("""{"a":"\u00""", """{"a":"\u00""")]
    [InlineData("""{"a":"x\""", """{"a":"x\""")]
    public async Task Escapes_end_where_they_end(string text, string expected)
    {
        for (var read = 1; read <= text.Length; read++)
        {
            (await ReadAsync(text, read, output: 5)).ShouldBe(
                expected.Replace("ADA", Hash.Replace("ada@example.com"), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_holds_no_address_stays_byte_for_byte()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(5_000)];
            random.NextBytes(bytes);
            bytes.AsSpan().Replace((byte)'@', (byte)'a');

            // An escape that spells an @ would be one.
            bytes.AsSpan().Replace((byte)'\\', (byte)'/');
            (await ReadAsync(bytes, random.Next(1, 700), random.Next(1, 300))).ShouldBe(bytes);
        }
    }

    [Fact]
    public async Task A_long_word_is_handed_on_and_an_address_at_its_end_is_not()
    {
        var text = $"\"{new string('x', 200_000)}\",\"{new string('y', 70_000)} ada@example.com\"";

        (await ReadAsync(text, 32 * 1024, 32 * 1024)).ShouldBe(Hash.Replace(text));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\\u0078")]
    public async Task An_address_at_the_end_of_a_long_word_is_hashed_wherever_the_word_is_cut(string letter)
    {
        for (var length = 1_000; length < 1_040; length++)
        {
            var text = $"{string.Concat(Enumerable.Repeat(letter, length))}ada@example.com ada@example.com";
            var read = await ReadAsync(text, read: 97, output: 64);

            // Of what has no end, as much is the address as an address can have before its @.
            read.Replace("\\u0078", "x", StringComparison.Ordinal).ShouldBe(
                Hash.Replace($"{new string('x', length)}ada@example.com ada@example.com"), $"{length}");
        }
    }

    private static async Task<string> ReadAsync(string text, int read, int output) =>
        Encoding.UTF8.GetString(await ReadAsync(Encoding.UTF8.GetBytes(text), read, output));

    private static async Task<byte[]> ReadAsync(byte[] bytes, int read, int output)
    {
        await using var stream = new HashedEmailStream(new Pieces(bytes, read), Hash);
        using var all = new MemoryStream();
        var buffer = new byte[output];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private sealed class Pieces(byte[] bytes, int size) : AsyncReadStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(Math.Min(size, buffer.Length), bytes.Length - _at);
            bytes.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }
}
