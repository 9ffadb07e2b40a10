namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>What people ask a view.</summary>
/// <param name="View">The view.</param>
/// <param name="About">What is asked, in words.</param>
/// <param name="Day">The column of the day that it is about; null where it has no such column.</param>
/// <param name="Select">What is selected.</param>
/// <param name="GroupBy">What it is grouped by; null for nothing.</param>
internal sealed record Question(string View, string About, string? Day, string Select, string? GroupBy = null)
{
    /// <summary>The dataset that is asked.</summary>
    public const string Dataset = "ai_usage";

    /// <summary>One for every view, in the order of the views.</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new("slice_history", "reads per report", "usage_date", "report, COUNT(*) AS reads", "report"),
        new("accounts", "all of it", null, "*"),
        new("budget", "all of it", null, "*"),
        new("person", "all of it", null, "*"),
        new("price", "all of it", null, "*"),
        new("settling_reports", "all of it", null, "*"),
        new("snapshot_reports", "all of it", null, "*"),
        new("current_slices", "rows per report", "usage_date", "report, SUM(row_count) AS n", "report"),
        new("shown_slices", "rows per report", "usage_date", "report, SUM(row_count) AS n", "report"),
        new("activity", "lines per person", "usage_date", "actor_id, SUM(lines_added) AS lines_added", "actor_id"),
        new("cost_all", "dollars per basis", "usage_date", "basis, SUM(amount_usd) AS usd", "basis"),
        new("holes", "all of it", null, "*"),
        new("seat", "limits", "usage_date", "user_id, MAX(limit_usd) AS usd", "user_id"),
        new("unsettled", "all of it", "usage_date", "*"),
        new("usage", "tokens per model", "usage_date", "model, SUM(output_tokens) AS tokens", "model"),
        new("usage_event", "dollars per model", "usage_date", "model, SUM(charged_usd) AS usd", "model"),
        new("cost", "dollars per line", "usage_date", "line_item, SUM(amount_usd) AS usd", "line_item"),
        new("cost_estimated", "dollars per person", "usage_date", "actor_id, SUM(amount_usd) AS usd", "actor_id"),
        new("entity", "all names", null, "id, name"),
        new("id_names", "all names", null, "kind, id, name"),
        new("daily_cost", "dollars per vendor", "usage_date", "vendor, SUM(amount_usd) AS usd", "vendor"),
        new("daily_cost_all", "dollars per basis", "usage_date", "basis, SUM(amount_usd) AS usd", "basis"),
        new("daily_usage", "tokens per model", "usage_date", "model, SUM(total_tokens) AS tokens", "model"),
        new("freshness", "all of it", null, "*"),
        new("restatements", "all of it", "usage_date", "*"),
        new("drift", "priced dollars per model", "usage_date", "model, SUM(priced_usd) AS usd", "model"),
        new("focus", "cost per project", "x_UsageDate", "SubAccountName, SUM(BilledCost) AS usd", "SubAccountName"),
        new("attributed_cost", "dollars per team", "usage_date", "team, SUM(amount_usd) AS usd", "team"),
        new("attribution", "shares per vendor", "usage_date", "vendor, SUM(unattributed_usd) AS usd", "vendor"),
        new("anomalies", "all of it", "usage_date", "*"),
        new("dead_letters", "all of it", null, "*"),
    ];

    /// <summary>The question without a date.</summary>
    public string OfAll => Of("TRUE");

    /// <summary>The question about some days.</summary>
    public string OfDays(DateOnly first, DateOnly last) => Of(Between(first, last));

    /// <summary>Every column of some days.</summary>
    public string EveryColumn(DateOnly first, DateOnly last) =>
        $"SELECT * FROM {Dataset}.{View} WHERE {Between(first, last)}";

    public override string ToString() => View;

    private string Between(DateOnly first, DateOnly last) => Day is null
        ? "TRUE"
        : FormattableString.Invariant($"{Day} BETWEEN DATE '{first:yyyy-MM-dd}' AND DATE '{last:yyyy-MM-dd}'");

    private string Of(string condition) => $"SELECT {Select} FROM {Dataset}.{View} WHERE {condition}"
        + (GroupBy is null ? "" : $" GROUP BY {GroupBy}");
}
