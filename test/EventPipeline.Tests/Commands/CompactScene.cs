using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.Tests.Commands;

/// <summary>
/// A dataset, in either warehouse, with everything that <c>compact</c> has to tell apart. Loads have names; what is not
/// kept after 90 days is named after why.
/// </summary>
internal sealed class CompactScene(IWarehouse warehouse, string dataset, DateTimeOffset now)
{
    /// <summary>A now for it: its first day is 1 March, the retention of 90 days ends on 31 August.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 29, 6, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// What is left of it after 90 days: table, load and day, of pages the first of the window.
    /// </summary>
    public static readonly IReadOnlyList<string> Kept =
    [
        "activity_versions: activity, day 1",
        "cost_versions: after the merge, day 6",
        "cost_versions: after the merge, day 7",
        "cost_versions: corrected, day 1",
        "cost_versions: first, day 10",
        "cost_versions: foreign, day 9",
        "cost_versions: hidden lately, day 4",
        "cost_versions: merged lately, day 6",
        "cost_versions: put back, day 5",
        "cost_versions: recent, day 2",
        "cost_versions: restated recently, day 2",
        "cost_versions: seen again, day 3",
        "cost_versions: shown, day 4",
        "cost_versions: some days, day 11",
        "cost_versions: then replaced, day 5",
        "cost_versions: young, day 9",
        "entity_versions: evening, day 12",
        "entity_versions: morning, day 12",
        "raw_page: corrected, day 1",
        "raw_page: evening, day 12",
        "raw_page: some days, day 10",
        "raw_page: young, day 9",
        "usage_versions: usage, day 61",
    ];

    private readonly Dictionary<string, string> _names = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _inserts = [];
    private int _statements;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Writes it.</summary>
    public async Task WriteAsync()
    {
        // A vendor changed the day, long ago.
        Load("superseded", 260, Day(1), amount: 1);
        Load("corrected", 200, Day(1), amount: 2);
        Page("superseded", 260, Day(1), Day(1));
        Page("corrected", 200, Day(1), Day(1));

        // It did so within the retention, however old the load is.
        Load("restated recently", 260, Day(2), amount: 3);
        Load("recent", 80, Day(2), amount: 4);

        // Later reads saw the same.
        Load("seen again", 250, Day(3), amount: 5);
        Commit("seen again", 240, Day(3), amount: 5, state: "unchanged");
        Commit("seen again", 240, Day(3), amount: 5, state: "unchanged");

        // Read before what is shown, and committed after it.
        Load("shown", 210, Day(4), amount: 6);
        Load("hidden", 220, Day(4), amount: 7, committed: 150);
        Load("hidden lately", 221, Day(4), amount: 8, committed: 30);

        // A load that became current again counts from when it was superseded last.
        Load("put back", 250, Day(5), amount: 9);
        Load("mistaken (superseded)", 240, Day(5), amount: 10);
        Commit("put back", 230, Day(5), amount: 9, state: "unchanged");
        Load("then replaced", 60, Day(5), amount: 11);

        // Accounts that were one: each has a version of its own, and the older one was shown until the merge.
        Load("merged lately", 220, Day(6), amount: 12, account: "acme");
        Load("merged (superseded)", 220, Day(7), amount: 13, account: "older");
        foreach (var day in new[] { Day(6), Day(7) })
        {
            Load("after the merge", 210, day, amount: 14);
        }

        Merge("acme", 40);
        Merge("older", 120);

        // Attempts that were cut off.
        Rows("abandoned", 100, Day(8), amount: 15);
        Page("abandoned", 100, Day(8), Day(8));
        Rows("young", 89.9, Day(9), amount: 16);
        Page("young", 89.9, Day(9), Day(9));
        _names["foreign"] = "foreign";
        Rows("foreign", 200, Day(9), amount: 17);

        // Of two days one was as before, and too large to be held back until that was known.
        Load("first", 200, Day(10), amount: 18);
        Load("first (superseded)", 200, Day(11), amount: 19);
        Load("some days", 190, Day(11), amount: 20);
        Rows("some days", 190, Day(10), amount: 18);
        Commit("first", 190, Day(10), amount: 18, state: "unchanged");
        Page("some days", 190, Day(10), Day(11));

        // The names of a day, read twice.
        Names("morning", 200, ("k-1", "robot"), ("k-2", "old"));
        Names("evening", 199.5, ("k-2", "new"));
        Page("morning", 200, Day(12), Day(12), "names");
        Page("evening", 199.5, Day(12), Day(12), "names");
        Name("abandoned", 100, "k-3", "nobody");

        // The other tables, and months.
        Load("usage (superseded)", 190, Day(61), report: "messages_usage", table: "usage_versions");
        Load("usage", 180, Day(61), report: "messages_usage", table: "usage_versions");
        Rows("abandoned", 100, Day(62), report: "messages_usage", table: "usage_versions");
        Load("activity (superseded)", 200, Day(1), report: "claude_code", table: "activity_versions");
        Load("activity", 190, Day(1), report: "claude_code", table: "activity_versions");

        foreach (var (head, rows) in _inserts)
        {
            await warehouse.ExecuteAsync(
                dataset,
                $"scene-{_statements++}",
                new Statement("scene", $"{head} VALUES {string.Join(",\n", rows)}", new Dictionary<string, object?>()),
                Token);
        }
    }

    /// <summary>What every view shows, and what every table of history holds, as text.</summary>
    public async Task<string> ShownAsync()
    {
        var names = Statement.Files("views")
            .Select(file => Path.GetFileNameWithoutExtension(file).TrimStart([.. "0123456789_"]))
            .Concat(["slice_versions", "run_events", "dead_letter", "account_identity"]);
        var shown = new List<string>();
        foreach (var name in names)
        {
            var rows = await AskAsync($"SELECT * FROM {{dataset}}.{name}{EveryDay(name)}");
            var lines = rows.Select(row => string.Join(" | ", row.Values.Select(Cell))).Order(StringComparer.Ordinal);
            shown.Add($"{name}:\n{string.Join('\n', lines)}");
        }

        return string.Join("\n\n", shown);

        static string Cell(KeyValuePair<string, object?> cell) =>
            string.Create(CultureInfo.InvariantCulture, $"{cell.Key}={cell.Value ?? "null"}");
    }

    /// <summary>What the tables that rows are deleted from hold, as <see cref="Kept"/> tells it.</summary>
    public async Task<IReadOnlyList<string>> HeldAsync()
    {
        var held = new List<string>();
        foreach (var table in Compaction.Tables)
        {
            var day = table == "raw_page" ? "window_start" : "usage_date";
            var rows = await AskAsync(
                $"SELECT DISTINCT load_id, {day} AS day FROM {{dataset}}.{table}{EveryDay(table)}");
            held.AddRange(rows.Select(row =>
                $"{table}: {_names[row.Text("load_id")]}, day {row.Date("day").DayNumber - Day(0).DayNumber}"));
        }

        return [.. held.Order(StringComparer.Ordinal)];
    }

    /// <summary>A filter that leaves everything, for what BigQuery reads with a filter of days only.</summary>
    private static string EveryDay(string name) => name switch
    {
        "focus" => " WHERE x_UsageDate >= DATE '0001-01-01'",
        "raw_page" => " WHERE fetched_at >= TIMESTAMP '0001-01-01 00:00:00'",
        "activity" or "attributed_cost" or "attribution" or "cost" or "cost_all" or "cost_estimated" or "daily_cost"
            or "daily_cost_all" or "daily_usage" or "drift"
            or "seat" or "usage" or "usage_event" or "activity_versions" or "cost_versions" or "seat_versions"
            or "usage_versions" or "usage_event_versions" =>
            " WHERE usage_date >= DATE '0001-01-01'",
        _ => "",
    };

    private DateOnly Day(int number) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(number - 274);

    private DateTimeOffset Ago(double days) => now.AddDays(-days);

    private void Load(
        string load,
        double ago,
        DateOnly day,
        decimal amount = 1,
        double? committed = null,
        string account = "org-1",
        string report = "cost",
        string table = "cost_versions")
    {
        Rows(load, ago, day, amount, account, report, table);
        Commit(load, ago, day, amount, "loaded", committed, account, report);
    }

    /// <summary>Two rows.</summary>
    private void Rows(
        string load,
        double ago,
        DateOnly day,
        decimal amount = 1,
        string account = "org-1",
        string report = "cost",
        string table = "cost_versions")
    {
        for (var i = 0; i < 2; i++)
        {
            Insert(
                table,
                [
                    ("load_id", Id(load, ago)), ("row_key", $"k-{i}"), ("vendor", "anthropic"), ("account_id", account),
                    ("report", report), ("grain", "line.v1"), ("usage_date", day),
                    .. Figures(table, day, amount, i),
                ]);
        }
    }

    private static (string Column, object? Value)[] Figures(string table, DateOnly day, decimal amount, int i)
    {
        (string, object?)[] bucket =
        [
            ("bucket_start", new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)), ("bucket_width", "1d"),
        ];
        return table switch
        {
            "cost_versions" =>
            [
                .. bucket, ("amount_usd", amount), ("currency", "USD"), ("basis", i == 0 ? "billed" : "estimated"),
                ("api_key_id", "k-1"),
            ],
            "usage_versions" => [.. bucket, ("output_tokens", amount), ("model", $"m-{i}")],
            _ => [("product", "claude_code"), ("actor_type", "user"), ("actor_id", "ada"), ("sessions", amount)],
        };
    }

    private void Names(string load, double ago, params (string Id, string Name)[] names)
    {
        foreach (var (id, name) in names)
        {
            Name(load, ago, id, name);
        }

        Commit(load, ago, Day(12), amount: 0, report: "names");
    }

    private void Name(string load, double ago, string id, string name) => Insert(
        "entity_versions",
        [
            ("load_id", Id(load, ago)), ("row_key", id), ("vendor", "anthropic"), ("account_id", "org-1"),
            ("report", "names"), ("grain", "id.v1"), ("usage_date", Day(12)), ("kind", "api_key"), ("id", id),
            ("name", name),
        ]);

    private void Commit(
        string load,
        double ago,
        DateOnly day,
        decimal amount,
        string state = "loaded",
        double? committed = null,
        string account = "org-1",
        string report = "cost") =>
        Insert(
        "slice_versions",
        [
            ("vendor", "anthropic"), ("account_id", account), ("account", "acme"), ("report", report),
            ("usage_date", day), ("load_id", Id(load, ago)), ("read_began", Ago(ago)), ("row_count", 2m),
            ("tokens", 0m), ("amount_usd", amount), ("estimated_usd", amount),
            ("digest", string.Create(CultureInfo.InvariantCulture, $"2-{amount}")), ("grain", "line.v1"),
            ("normaliser_version", 1m), ("state", state), ("pinned", false), ("run_id", "run"), ("window_id", "w"),
            ("committed_at", Ago(committed ?? ago).AddMinutes(1)),
        ]);

    private void Page(string load, double ago, DateOnly from, DateOnly to, string report = "cost") => Insert(
        "raw_page",
        [
            ("load_id", Id(load, ago)), ("vendor", "anthropic"), ("account_id", "org-1"), ("report", report),
            ("window_start", from), ("window_end", to), ("page_no", 1m), ("part_no", 1m), ("request_hash", "h"),
            ("http_status", 200m), ("payload", "{}"), ("fetched_at", Ago(ago)),
        ]);

    private void Merge(string account, double ago) => Insert(
        "account_identity",
        [
            ("vendor", "anthropic"), ("account_id", account), ("mark", "merged_into"), ("value", "org-1"),
            ("recorded_at", Ago(ago)),
        ]);

    /// <summary>The id of a load, which says when it began: the first time that it is named.</summary>
    private string Id(string load, double ago)
    {
        if (_names.FirstOrDefault(known => known.Value == load).Key is { } id)
        {
            return id;
        }

        id = FormattableString.Invariant($"{Ago(ago).ToUnixTimeMilliseconds():x12}7{_names.Count:x3}8{0:x15}");
        _names[id] = load;
        return id;
    }

    private Task<IReadOnlyList<Row>> AskAsync(string sql) =>
        warehouse.QueryAsync(dataset, new Statement("ask", sql, new Dictionary<string, object?>()), Token);

    private void Insert(string table, IReadOnlyList<(string Column, object? Value)> row)
    {
        var head = $"INSERT INTO {{dataset}}.{table} ({string.Join(", ", row.Select(cell => cell.Column))})";
        var values = $"({string.Join(", ", row.Select(cell => Literal(cell.Value)))})";
        _inserts[head] = [.. _inserts.GetValueOrDefault(head, []), values];
    }

    private static string Literal(object? value) => value switch
    {
        string text => $"'{text}'",
        bool flag => flag ? "TRUE" : "FALSE",
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        DateOnly day => $"CAST('{day:yyyy-MM-dd}' AS DATE)",
        DateTimeOffset time => $"CAST('{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}' AS TIMESTAMP)",
        _ => throw new ArgumentException($"No literal of {value}.", nameof(value)),
    };
}
