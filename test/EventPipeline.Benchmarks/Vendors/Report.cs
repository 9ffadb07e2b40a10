using System.Buffers;
using System.Globalization;
using System.Text;

namespace EventPipeline.Benchmarks.Vendors;

/// <summary>
/// One page of a report of Anthropic's with as many rows as are wanted, spread evenly over the days: the shape in which
/// the least of it may be held. Ids look random, as real ones do, and compress as badly.
/// </summary>
/// <param name="Name">What the service calls it.</param>
/// <param name="Path">Where it is served.</param>
/// <param name="Table">Where its rows go.</param>
/// <param name="Row">A row by its number, and by how often the vendor has restated all of them.</param>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/usage-cost-api</remarks>
internal sealed record Report(string Name, string Path, string Table, Func<long, int, string> Row)
{
    /// <summary>About 499 bytes a row, nine dimensions.</summary>
    public static readonly Report Messages = new(
        "messages_usage",
        "/v1/organizations/usage_report/messages",
        "usage_versions",
        (row, restated) => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"uncached_input_tokens":{{{1_000 + (row % 977) + restated}}},"cache_creation":{"ephemeral_1h_input_tokens":{{{row % 101}}},"ephemeral_5m_input_tokens":{{{row % 211}}}},"cache_read_input_tokens":{{{row % 401}}},"output_tokens":{{{row % 503}}},"server_tool_use":{"web_search_requests":{{{row % 7}}}},"account_id":"user_01{{{Id(row)}}}","service_account_id":null,"api_key_id":"apikey_01{{{Id(row % 5_000)}}}","workspace_id":"wrkspc_01{{{Id(row % 50)}}}","model":"claude-opus-4-{{{row % 9}}}","service_tier":"standard","context_window":"0-200k","inference_geo":"us","speed":"standard"}
            """));

    /// <summary>About 244 bytes a row.</summary>
    public static readonly Report Costs = new(
        "cost",
        "/v1/organizations/cost_report",
        "cost_versions",
        (row, restated) => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"currency":"USD","amount":"{{100 + (row % 9_973) + restated}}.{{row % 97:00}}","workspace_id":"wrkspc_01{{Id(row)}}","description":"Opus {{row % 9}} input","cost_type":"tokens","context_window":"0-200k","model":"opus-{{row % 9}}","service_tier":"standard","token_type":"input","inference_geo":"us"}
            """));

    /// <summary>A page, piece by piece.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="days">How many days.</param>
    /// <param name="rows">How many rows in all.</param>
    /// <param name="edition">Which values they have.</param>
    public IEnumerable<string> Pieces(DateOnly from, int days, long rows, Edition edition)
    {
        yield return """{"data":[""";
        for (var day = 0; day < days; day++)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {{(day == 0 ? "" : ",")}}{"starting_at":"{{from.AddDays(day):yyyy-MM-dd}}T00:00:00Z","ending_at":"{{from.AddDays(day + 1):yyyy-MM-dd}}T00:00:00Z","results":[
                """);
            var restated = edition.OfDay(isLast: day == days - 1);
            var first = rows * day / days;
            for (var row = first; row < rows * (day + 1) / days; row++)
            {
                yield return row == first ? Row(row, restated) : $",{Row(row, restated)}";
            }

            yield return "]}";
        }

        yield return """],"has_more":false,"next_page":null}""";
    }

    /// <summary>A whole page of the week that is asked for.</summary>
    public byte[] ToPage(long rows, Edition edition)
    {
        var page = new ArrayBufferWriter<byte>();
        foreach (var piece in Pieces(new DateOnly(2026, 9, 7), 7, rows, edition))
        {
            Encoding.UTF8.GetBytes(piece, page);
        }

        return page.WrittenSpan.ToArray();
    }

    private static string Id(long number) =>
        unchecked((ulong)(number + 1) * 0x9E37_79B9_7F4A_7C15).ToString("x16", CultureInfo.InvariantCulture);
}
