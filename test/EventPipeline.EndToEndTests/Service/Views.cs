using System.Globalization;
using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>Something with the views of the production dataset, asked in DuckDB's SQL.</summary>
internal interface IViews
{
    /// <summary>The rows of a query, each a list of values; decimals are text.</summary>
    Task<IReadOnlyList<JsonElement>> QueryAsync(string sql);
}

/// <summary>Compares what the views say with what the vendors would say, day by day, to the last decimal.</summary>
internal static class Views
{
    private const string Usage = """
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*),
          SUM(COALESCE(f.input_uncached_tokens, 0) + COALESCE(f.cache_read_tokens, 0) + COALESCE(f.cache_write_tokens, 0) + COALESCE(f.output_tokens, 0)),
          0,
          COALESCE(SUM(f.input_uncached_tokens), 0), COALESCE(SUM(f.cache_read_tokens), 0), COALESCE(SUM(f.cache_write_tokens), 0),
          COALESCE(SUM(f.cache_write_5m_tokens), 0), COALESCE(SUM(f.output_tokens), 0), COALESCE(SUM(f.requests), 0), COALESCE(SUM(f.quantity), 0)
        FROM usage f JOIN current_slices s USING (vendor, account_id, report, usage_date)
        GROUP BY ALL
        """;

    private const string Cost = """
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*), 0, SUM(f.amount_usd), COALESCE(SUM(f.quantity), 0)
        FROM cost f JOIN current_slices s USING (vendor, account_id, report, usage_date)
        GROUP BY ALL
        """;

    private const string Estimated = """
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*), 0, SUM(f.amount_usd), COALESCE(SUM(f.quantity), 0)
        FROM cost_estimated f JOIN current_slices s USING (vendor, account_id, report, usage_date)
        WHERE f.report <> 'claude_code'
        GROUP BY ALL
        """;

    private const string ClaudeCode = """
        WITH estimates AS (
          SELECT vendor, account_id, report, usage_date, SUM(amount_usd) AS usd,
            SUM(CAST(dimensions->>'$.tokens.input' AS BIGINT) + CAST(dimensions->>'$.tokens.output' AS BIGINT)
              + CAST(dimensions->>'$.tokens.cache_read' AS BIGINT) + CAST(dimensions->>'$.tokens.cache_creation' AS BIGINT)) AS tokens
          FROM cost_estimated GROUP BY ALL
        )
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*), ANY_VALUE(e.tokens), ANY_VALUE(e.usd),
          SUM(f.sessions), SUM(f.lines_added), SUM(f.lines_removed), SUM(f.commits), SUM(f.pull_requests), SUM(f.accepted), SUM(f.rejected)
        FROM activity f
        JOIN current_slices s USING (vendor, account_id, report, usage_date)
        JOIN estimates e USING (vendor, account_id, report, usage_date)
        GROUP BY ALL
        """;

    private const string Events = """
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*),
          SUM(COALESCE(f.input_uncached_tokens, 0) + COALESCE(f.cache_read_tokens, 0) + COALESCE(f.cache_write_tokens, 0) + COALESCE(f.output_tokens, 0)),
          SUM(f.charged_usd),
          COALESCE(SUM(f.input_uncached_tokens), 0), COALESCE(SUM(f.cache_read_tokens), 0), COALESCE(SUM(f.cache_write_tokens), 0),
          COALESCE(SUM(f.output_tokens), 0), COALESCE(SUM(f.quantity), 0), COALESCE(SUM(f.fee_usd), 0) * 100
        FROM usage_event f JOIN current_slices s USING (vendor, account_id, report, usage_date)
        GROUP BY ALL
        """;

    private const string Daily = """
        SELECT s.account, f.vendor, f.report, f.usage_date, COUNT(*), 0, 0,
          COALESCE(SUM(f.lines_added), 0), COALESCE(SUM(f.lines_removed), 0), COALESCE(SUM(f.accepted), 0),
          COALESCE(SUM(f.rejected), 0)
        FROM activity f JOIN current_slices s USING (vendor, account_id, report, usage_date)
        WHERE f.report IN ('daily_usage', 'metrics', 'user_metrics') OR f.report LIKE '%_activity'
        GROUP BY ALL
        """;

    private const string Keys = """
        WITH facts AS (
          SELECT vendor, account_id, report, usage_date, row_key FROM usage
          UNION ALL SELECT vendor, account_id, report, usage_date, row_key FROM cost_all
          UNION ALL SELECT vendor, account_id, report, usage_date, row_key FROM activity
          UNION ALL SELECT vendor, account_id, report, usage_date, row_key FROM usage_event
          UNION ALL SELECT vendor, account_id, report, usage_date, row_key FROM seat
        )
        SELECT COUNT(*), COUNT(DISTINCT (vendor, account_id, report, usage_date, row_key)),
          (SELECT SUM(row_count) FROM current_slices WHERE report <> 'names')
        FROM facts
        """;

    // Each row: what a view on top says, and what the facts below it say.
    private const string OnTop = """
        WITH newest AS (
          SELECT vendor, account_id, report, usage_date, MAX(usage_date) OVER (PARTITION BY vendor, account_id, report) AS newest_day FROM current_slices
        ),
        complete AS (
          SELECT s.vendor, s.account_id, s.report, MIN(CASE WHEN s.report IN ('names', 'seats', 'spend', 'credits') THEN s.newest_day ELSE s.usage_date END) AS complete_until
          FROM newest s
          LEFT JOIN newest n ON n.vendor = s.vendor AND n.account_id = s.account_id AND n.report = s.report AND n.usage_date = s.usage_date + 1
          WHERE s.report IN ('names', 'seats', 'spend', 'credits') OR (n.usage_date IS NULL AND s.usage_date >= s.newest_day - 90)
          GROUP BY ALL
        )
        SELECT 'daily_cost', COALESCE(SUM(amount_usd), 0), (SELECT COALESCE(SUM(amount_usd), 0) FROM cost_all WHERE basis = 'billed') FROM daily_cost
        UNION ALL SELECT 'focus', COALESCE(SUM(BilledCost), 0), (SELECT COALESCE(SUM(amount_usd), 0) FROM cost_all WHERE basis = 'billed') FROM focus
        UNION ALL SELECT 'focus rows', COUNT(*), (SELECT COUNT(*) FROM cost_all WHERE basis = 'billed') FROM focus
        UNION ALL SELECT 'daily_cost_all', COALESCE(SUM(amount_usd), 0), (SELECT COALESCE(SUM(amount_usd), 0) FROM cost_all)
          + (SELECT COALESCE(SUM(charged_usd), 0) FROM usage_event) FROM daily_cost_all
        UNION ALL SELECT 'daily_usage', COALESCE(SUM(total_tokens), 0), (SELECT COALESCE(SUM(tokens), 0) FROM current_slices) FROM daily_usage
        UNION ALL SELECT 'freshness', COALESCE(SUM(slices), 0), (SELECT COUNT(*) FROM current_slices) FROM freshness
        UNION ALL SELECT 'freshness behind', COUNT(*), 0 FROM freshness f WHERE f.data_complete_until IS DISTINCT FROM
          (SELECT complete_until FROM complete c WHERE c.vendor = f.vendor AND c.account_id = f.account_id AND c.report = f.report)
          AND f.account_id IS NOT NULL
        UNION ALL SELECT 'restatements', COUNT(*), (SELECT COALESCE(SUM(contents - 1), 0) FROM (
          SELECT COUNT(DISTINCT digest) AS contents FROM slice_versions GROUP BY vendor, account_id, report, usage_date)) FROM restatements
        """;

    /// <summary>The days from the first to the last are the vendors', each row once; no other day is there.</summary>
    /// <param name="service">Whose views.</param>
    /// <param name="simulation">The vendors.</param>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day, inclusive.</param>
    /// <param name="reports">Which reports were read; all of them when none is named.</param>
    public static async Task ShouldEqualTruthAsync(
        this IViews service, Simulation simulation, DateOnly from, DateOnly to, params IReadOnlyList<string> reports)
    {
        (await LinesAsync(service))
            .ShouldBe(
                await ExpectedAsync(
                    simulation, from, to, (_, report) => reports.Count == 0 || reports.Contains(report)));
        await ViewsShouldAgreeAsync(service);
    }

    /// <summary>One account's report of some days is the vendor's, each row once.</summary>
    public static async Task ShouldHaveTruthAsync(this IViews service, Simulation simulation, Window window)
    {
        var name = $"{window.Vendor} {window.Account} {window.Report} ";
        var expected = await ExpectedAsync(
            simulation,
            window.From,
            window.To,
            (account, report) => $"{account.Vendor} {account.Name} {report} " == name);
        var days = window.EachDay().Select(day => FormattableString.Invariant($"{name}{day:yyyy-MM-dd}:")).ToList();
        expected.ShouldNotBeEmpty("There is something to compare.");
        (await LinesAsync(service))
            .Where(line => days.Any(day => line.StartsWith(day, StringComparison.Ordinal)))
            .ShouldBe(expected);
        await ViewsShouldAgreeAsync(service);
    }

    /// <summary>Nothing of one account's report of some days is there.</summary>
    public static async Task ShouldHaveNothingAsync(this IViews service, Window window)
    {
        var name = $"{window.Vendor} {window.Account} {window.Report} ";
        var days = window.EachDay().Select(day => FormattableString.Invariant($"{name}{day:yyyy-MM-dd}:")).ToList();
        (await LinesAsync(service))
            .ShouldNotContain(line => days.Any(day => line.StartsWith(day, StringComparison.Ordinal)));
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(IViews service)
    {
        var rows = (await service.QueryAsync(Usage))
            .Concat(await service.QueryAsync(Cost))
            .Concat(await service.QueryAsync(Estimated))
            .Concat(await service.QueryAsync(ClaudeCode))
            .Concat(await service.QueryAsync(Events))
            .Concat(await service.QueryAsync(Daily));
        return [.. rows.Select(Line).Order(StringComparer.Ordinal)];
    }

    private static async Task ViewsShouldAgreeAsync(IViews service)
    {
        var keys = (await service.QueryAsync(Keys)).ShouldHaveSingleItem();
        keys[0].GetInt64().ShouldBe(keys[1].GetInt64(), "Every natural key once.");
        keys[0].GetInt64().ShouldBe(keys[2].GetInt64(), "As many rows as the slices say.");
        foreach (var view in await service.QueryAsync(OnTop))
        {
            view[1].ToString().ShouldBe(view[2].ToString(), view[0].GetString());
        }
    }

    /// <summary>The name of a report at the simulation, in the service's words.</summary>
    public static string ReportName(string vendor, string report) =>
        vendor != "openai" ? report : report == "costs" ? "cost" : $"{report}_usage";

    private static async Task<IReadOnlyList<string>> ExpectedAsync(
        Simulation simulation, DateOnly from, DateOnly to, Func<ServedAccount, string, bool> isRead)
    {
        var lines = new List<string>();
        foreach (var account in simulation.Accounts)
        {
            foreach (var report in account.Reports.Where(report => isRead(account, ReportName(account.Vendor, report))))
            {
                var days = await simulation.TruthAsync(account.Vendor, account.Name, report, from, to);
                lines.AddRange(days.Where(day => day.Rows > 0).SelectMany(day =>
                    Rows(account.Vendor, report, day).Select(numbers => Line(
                        account.Vendor, account.Name, ReportName(account.Vendor, report), day.Day, numbers))));
            }
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>What the tables have of a day: a row each, where one report fills two.</summary>
    private static IEnumerable<IEnumerable<decimal>> Rows(string vendor, string report, TrueDay day) =>
        vendor is "openrouter" or "litellm"
            ? [[day.Rows, day.Tokens, 0, .. Parts(vendor, report, day)], [day.Rows, 0, day.Usd, 0]]
            : [[day.Rows, day.Tokens, day.Usd, .. Parts(vendor, report, day)]];

    private static IEnumerable<decimal> Parts(string vendor, string report, TrueDay day)
    {
        decimal Sum(params IEnumerable<string> names) => names.Sum(name => day.Quantities.GetValueOrDefault(name));
        return (vendor, report) switch
        {
            ("anthropic", "messages_usage" or "analytics_usage") =>
            [
                Sum("uncached_input_tokens"), Sum("cache_read_input_tokens"),
                Sum("cache_creation.ephemeral_5m_input_tokens", "cache_creation.ephemeral_1h_input_tokens"),
                Sum("cache_creation.ephemeral_5m_input_tokens"), Sum("output_tokens"), Sum("requests"),
                Sum("web_search_requests"),
            ],
            ("anthropic", "claude_code") =>
            [
                Sum("num_sessions"), Sum("added"), Sum("removed"), Sum("commits"), Sum("pull_requests"),
                Sum(day.Quantities.Keys.Where(name => name.EndsWith(".accepted", StringComparison.Ordinal))),
                Sum(day.Quantities.Keys.Where(name => name.EndsWith(".rejected", StringComparison.Ordinal))),
            ],
            ("anthropic", "cost" or "analytics_cost") => [0],
            ("anthropic", "user_activity") => [Sum("added"), Sum("removed"), Sum("accepted"), Sum("rejected")],
            ("anthropic", _) when report.EndsWith("_activity", StringComparison.Ordinal) => [0, 0, 0, 0],
            ("cursor", "usage_events") =>
            [
                Sum("input"), Sum("cache_read"), Sum("cache_write"), Sum("output"), Sum("request_units"),
                Sum("fee_cents"),
            ],
            ("cursor", "daily_usage") => [Sum("added"), Sum("deleted"), Sum("accepts"), Sum("rejects")],
            ("openrouter", "activity") =>
            [
                Sum("prompt_tokens"), 0, 0, 0, Sum("completion_tokens"), Sum("requests"), 0,
            ],
            ("litellm", "daily_activity") =>
            [
                Sum("uncached_tokens"), Sum("cache_read_input_tokens"), Sum("cache_creation_input_tokens"), 0,
                Sum("completion_tokens"), Sum("successful_requests", "failed_requests"), 0,
            ],
            ("github_copilot", "ai_credits" or "premium_requests") => [Sum("quantity")],
            ("github_copilot", "metrics") => [0, 0, 0, 0],
            ("github_copilot", "user_metrics") => [Sum("added"), Sum("deleted"), Sum("accepted"), 0],
            ("openai", "costs") => [Sum("quantity")],
            ("openai", "completions" or "decisions") =>
            [
                Sum("input_text_tokens", "input_audio_tokens", "input_image_tokens"),
                Sum("input_cached_text_tokens", "input_cached_audio_tokens", "input_cached_image_tokens"),
                Sum("input_cache_write_tokens"),
                0,
                Sum("output_text_tokens", "output_audio_tokens", "output_image_tokens"),
                Sum("num_model_requests"),
                0,
            ],
            ("openai", _) =>
            [
                Sum("input_tokens"), 0, 0, 0, 0, report == "web_search_calls" ? 0 : Sum("num_model_requests"),
                Sum("images", "characters", "seconds", "usage_bytes", "num_sessions", "num_requests"),
            ],
            _ =>
                throw new InvalidOperationException(
                    $"The simulation has a report that is not compared: {vendor} {report}."),
        };
    }

    private static string Line(JsonElement row) => Line(
        row[1].GetString()!,
        row[0].GetString()!,
        row[2].GetString()!,
        DateOnly.ParseExact(row[3].GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
        row.EnumerateArray()
            .Skip(4)
            .Select(value => decimal.Parse(value.ToString(), NumberStyles.Number, CultureInfo.InvariantCulture)));

    private static string Line(
        string vendor, string account, string report, DateOnly day, IEnumerable<decimal> numbers) =>
        string.Create(
        CultureInfo.InvariantCulture,
        $"{vendor} {account} {report} {day:yyyy-MM-dd}: "
            + $"{string.Join(' ',
                numbers.Select(number => number.ToString("0.##################", CultureInfo.InvariantCulture)))}");
}
