using System.Globalization;
using System.Text;
using CsCheck;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors;

/// <summary>Pages as bytes: any order, any cut, any nonsense.</summary>
public sealed class PageTests : IDisposable
{
    private const string Cost = "/v1/organizations/cost_report";
    private const string Start = "\"starting_at\": \"2026-11-01T00:00:00Z\"";
    private const string End = "\"ending_at\": \"2026-11-02T00:00:00Z\"";
    private const string Results = """ "results": [ { "amount": "1", "currency": "USD", "description": "é😀" }, { "amount": "2", "currency": "USD" } ] """;
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public PageTests() => _bench = new VendorBench(_vendor);

    [Theory]
    [InlineData(Start, End, Results)]
    [InlineData(Start, Results, End)]
    [InlineData(End, Results, Start)]
    [InlineData(Results, Start, End)]
    [InlineData(Results, End, Start)]
    public async Task Keys_may_come_in_any_order(string first, string second, string third)
    {
        var data = $"\"data\": [ {{ {first}, {second}, {third} }} ]";
        const string more = "\"has_more\": true";
        const string next = "\"next_page\": \"p\"";
        foreach (var page in new[] { $"{data},{more},{next}", $"{next},{data},{more}", $"{more},{next},{data}" })
        {
            _vendor.On(Cost, $"{{{page}}}").On(Cost, """{"has_more":false,"data":[]}""");

            var items = await ReadAsync();

            items[0].ShouldBe(new BucketArrived(new DateOnly(2026, 11, 1)));
            items.OfType<CostRecord>()
                .Select(row => (row.AmountUsd, row.LineItem))
                .ShouldBe([(0.01m, "é😀"), (0.02m, null)]);
        }
    }

    [Fact]
    public async Task A_text_that_rows_repeat_is_one_string_on_every_page()
    {
        const string row = """{"amount":"1.5","currency":"USD","description":"Tokens","workspace_id":"wrkspc_1","model":"claude"}""";
        const string other = """{"amount":"2.5","currency":"USD","description":"Search","workspace_id":"wrkspc_2","model":"claude"}""";
        foreach (var next in new[] { """ "has_more": true, "next_page": "p" """, """ "has_more": false """ })
        {
            _vendor.On(Cost, $$"""{"data": [ { {{Start}}, {{End}}, "results": [ {{row}}, {{other}} ] } ], {{next}} }""");
        }

        var rows = (await ReadAsync()).OfType<CostRecord>().ToList();

        rows.Count.ShouldBe(4);
        Func<CostRecord, string?>[] texts =
        [
            cost => cost.LineItem, cost => cost.SubAccountId, cost => cost.Model, cost => cost.Currency,
            cost => cost.Grain, cost => cost.Report, cost => cost.AccountId,
        ];
        foreach (var text in texts)
        {
            text(rows[0]).ShouldNotBeNullOrEmpty();
            text(rows[2]).ShouldBeSameAs(text(rows[0]));
            text(rows[3]).ShouldBeSameAs(text(rows[1]));
        }
    }

    [Fact]
    public async Task A_body_may_arrive_in_any_pieces()
    {
        var body = Encoding.UTF8.GetBytes(Page($"{Results}, {End}, {Start}"));
        await Gen.Int[1, 40].Array[1, 30].SampleAsync(
            async pieces =>
            {
                using var vendor = new StubVendor();
                using var bench = new VendorBench(vendor);
                vendor.On(Cost, new PiecemealStream(body, pieces));

                var items = await bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

                items.OfType<CostRecord>().Sum(row => row.AmountUsd).ShouldBe(0.03m);
                string.Concat(bench.Kept.Select(part => part.Payload)).ShouldBe(Encoding.UTF8.GetString(body));
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public async Task Every_body_that_is_cut_off_is_transient_and_never_a_result()
    {
        var body = Encoding.UTF8.GetBytes(Page($"{Start}, {End}, {Results}").TrimEnd());
        for (var length = 0; length < body.Length; length++)
        {
            _vendor.On(Cost, body[..length]);

            (await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message
                .ShouldStartWith("anthropic/acme/cost");
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("12")]
    [InlineData("\"data\"")]
    [InlineData("{}")]
    [InlineData("""{ "data": null, "has_more": false }""")]
    [InlineData("""{ "data": {}, "has_more": false }""")]
    [InlineData("""{ "has_more": false }""")]
    [InlineData("""{ "data": [] }""")]
    [InlineData("""{ "data": [], "has_more": null }""")]
    [InlineData("""{ "data": [], "has_more": "false" }""")]
    [InlineData("""{ "data": [], "has_more": true }""")]
    [InlineData("""{ "data": [], "has_more": true, "next_page": null }""")]
    [InlineData("""{ "data": [], "has_more": true, "next_page": "" }""")]
    [InlineData("""{ "data": [], "has_more": true, "next_page": 5 }""")]
    [InlineData("""{ "data": [], "has_more": true, "next_page": "\ud800" }""")]
    [InlineData("""{ "data": [], "data": [], "has_more": false }""")]
    [InlineData("""{ "data": [], "has_more": false } trailing""")]
    [InlineData("""{ "data": [], "has_more": false }{ "data": [], "has_more": false }""")]
    [InlineData("""{ "data": [ 5 ], "has_more": false }""")]
    [InlineData("""{ "data": [ null ], "has_more": false }""")]
    [InlineData("""{ "data": [,], "has_more": false }""")]
    [InlineData("""{ "data": [ ], "has_more": false, }""")]
    [InlineData("""{ 'data': [ ], "has_more": false }""")]
    public async Task What_is_no_page_breaks_the_contract(string body)
    {
        _vendor.On(Cost, body);

        (await RejectedAsync()).Cause.ShouldBe(RejectionCause.BrokenContract);
    }

    [Theory]
    [InlineData("\"starting_at\": \"2026-11-01T00:00:00+02:00\", \"ending_at\": \"2026-11-02T00:00:00+02:00\"")]
    [InlineData("\"starting_at\": \"2026-11-01T01:00:00Z\", \"ending_at\": \"2026-11-02T01:00:00Z\"")]
    [InlineData("\"starting_at\": \"2026-11-01T00:00:00Z\", \"ending_at\": \"2026-11-01T23:00:00Z\"")]
    [InlineData("\"starting_at\": \"2026-11-01T00:00:00Z\", \"ending_at\": \"2026-11-03T00:00:00Z\"")]
    [InlineData("\"starting_at\": \"2026-11-02T00:00:00Z\", \"ending_at\": \"2026-11-01T00:00:00Z\"")]
    [InlineData("\"starting_at\": \"2026-11-01T00:00:00\", \"ending_at\": \"2026-11-02T00:00:00\"")]
    [InlineData("\"starting_at\": \"2026-11-01\", \"ending_at\": \"2026-11-02\"")]
    [InlineData("\"starting_at\": \"0001-01-01T00:00:00Z\", \"ending_at\": \"0001-01-02T00:00:00Z\"")]
    [InlineData("\"starting_at\": 1793491200, \"ending_at\": 1793577600")]
    [InlineData("\"starting_at\": null, \"ending_at\": null")]
    [InlineData(Start)]
    [InlineData(End)]
    [InlineData("\"other\": 1")]
    [InlineData(Start + "," + Start + "," + End)]
    public async Task A_bucket_that_is_not_a_whole_utc_day_breaks_the_contract(string times)
    {
        _vendor.On(Cost, Page($"{times}, \"results\": []"));
        (await RejectedAsync()).Cause.ShouldBe(RejectionCause.BrokenContract);

        _vendor.On(Cost, Page($"{Results}, {times}"));
        (await RejectedAsync()).Cause.ShouldBe(RejectionCause.BrokenContract);
    }

    [Theory]
    [InlineData("2026-11-01T02:00:00+02:00", "2026-11-01T19:00:00-05:00")]
    [InlineData("2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000000000Z")]
    [InlineData("2026-11-01t00:00:00z", "2026-11-02T00:00:00+00:00")]
    public async Task A_day_written_with_another_offset_is_the_same_utc_day(string start, string end)
    {
        _vendor.On(Cost, Page($"\"starting_at\": \"{start}\", \"ending_at\": \"{end}\", {Results}"));

        (await ReadAsync())[0].ShouldBe(new BucketArrived(new DateOnly(2026, 11, 1)));
    }

    [Fact]
    public async Task Rows_of_a_day_nobody_asked_for_are_rejected_and_an_empty_such_day_is_ignored()
    {
        var other = $"{Start}, {End}".Replace("11-02", "11-06", StringComparison.Ordinal)
            .Replace("11-01", "11-05", StringComparison.Ordinal);
        _vendor.On(Cost, Page($"{other}, \"results\": []"));
        (await ReadAsync()).ShouldBeEmpty();

        _vendor.On(Cost, Page($"{other}, {Results}"));
        (await RejectedAsync()).Message.ShouldContain("2026-11-05");
    }

    [Theory]
    [InlineData("\"results\": null")]
    [InlineData("\"results\": {}")]
    [InlineData("\"rows\": []")]
    [InlineData("\"results\": [[]]")]
    [InlineData("\"results\": [], \"results\": []")]
    public async Task A_bucket_without_results_breaks_the_contract(string results)
    {
        _vendor.On(Cost, Page($"{Start}, {End}, {results}"));

        (await RejectedAsync()).Message.ShouldContain("2026-11-01");
    }

    [Fact]
    public async Task Cursors_that_come_again_or_never_end_are_rejected()
    {
        _vendor.On(Cost, More("a")).On(Cost, More("b")).On(Cost, More("a"));
        (await RejectedAsync()).Message.ShouldContain("pagination loops");

        for (var i = 0; i < 2_000; i++)
        {
            _vendor.On(Cost, More(i.ToString(CultureInfo.InvariantCulture)));
        }

        (await RejectedAsync()).Message.ShouldContain("does not end");
        _vendor.Asked.Count.ShouldBe(3 + 50);

        static string More(string cursor) => $$"""{ "data": [], "has_more": true, "next_page": "{{cursor}}" }""";
    }

    [Fact]
    public async Task Bytes_that_are_not_utf_8_break_the_contract_and_a_byte_order_mark_does_not()
    {
        var page = Encoding.UTF8.GetBytes(Page($"{Start}, {End}, {Results}"));
        _vendor.On(Cost, [0xEF, 0xBB, 0xBF, .. page]);
        (await ReadAsync()).Count.ShouldBe(3);

        var damaged = page.ToArray();
        damaged[Array.IndexOf(damaged, (byte)0xC3)] = 0xFF;
        _vendor.On(Cost, damaged);
        (await RejectedAsync()).Message.ShouldContain("UTF-8");
    }

    [Fact]
    public async Task A_large_page_is_kept_in_pieces_cut_between_characters()
    {
        var rows = string.Join(',', Enumerable.Range(0, 60_000).Select(
            i => $$"""{ "amount": "1", "currency": "USD", "description": "{{i}} 😀éß" }"""));
        var page = Page($"{Start}, {End}, \"results\": [ {rows} ]");
        _vendor.On(Cost, page);

        var items = await ReadAsync();

        items.Count.ShouldBe(60_001);
        items.OfType<CostRecord>().Sum(row => row.AmountUsd).ShouldBe(600);
        _bench.Kept.Count.ShouldBeGreaterThan(2);
        _bench.Kept.Select(part => part.PartNo).ShouldBe(Enumerable.Range(1, _bench.Kept.Count));
        _bench.Kept.ShouldAllBe(
            part => Encoding.UTF8.GetByteCount(part.Payload) <= 64 * 1024 && !char.IsLowSurrogate(part.Payload[0]));
        string.Concat(_bench.Kept.Select(part => part.Payload)).ShouldBe(page);
    }

    [Fact]
    public async Task Nesting_and_single_values_are_bounded()
    {
        _vendor.On(Cost, Page($"{Start}, {End}, \"results\": [ {new string('[', 100)}"));
        (await RejectedAsync()).Cause.ShouldBe(RejectionCause.BrokenContract);

        _vendor.On(
            Cost, Page($"{Start}, {End}, \"results\": [ {{ \"description\": \"{new string('x', 5_000_000)}\" }} ]"));
        (await RejectedAsync()).Message.ShouldContain("4 MiB");
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Page(string bucket) => $$"""{ "data": [ { {{bucket}} } ], "has_more": false, "next_page": null }""";

    private Task<List<VendorItem>> ReadAsync() => _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

    private Task<RejectedEventException> RejectedAsync() =>
        _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

    /// <summary>Gives a body in pieces of the lengths given, again and again.</summary>
    private sealed class PiecemealStream(byte[] body, int[] pieces) : MemoryStream(body)
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces[_next++ % pieces.Length])], cancellationToken);
    }
}
