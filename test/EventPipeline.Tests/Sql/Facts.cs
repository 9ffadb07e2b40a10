using System.Globalization;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;

namespace EventPipeline.Tests.Sql;

/// <summary>Writes into a real DuckDB file what loads and runs would have left there.</summary>
internal sealed class Facts(WarehouseFixture file)
{
    /// <summary>The day of a fact where a test names none.</summary>
    public static readonly DateOnly Day = new(2026, 11, 16);

    private int _statements;

    /// <summary>The morning of a day after <see cref="Day"/>.</summary>
    public static DateTimeOffset Morning(int days, int minutes = 0) =>
        new DateTimeOffset(Day, new TimeOnly(6, 0), TimeSpan.Zero).AddDays(days).AddMinutes(minutes);

    public Task<IReadOnlyList<IReadOnlyList<object?>>> AskAsync(string sql) => file.AskAsync(sql);

    public async Task<object?> ValueAsync(string sql) =>
        (await AskAsync(sql)).ShouldHaveSingleItem().ShouldHaveSingleItem();

    /// <summary>Writes a row: columns that are not named take what the table's usual row has.</summary>
    public Task InsertAsync(string table, params (string Column, object? Value)[] row)
    {
        var values = Usual(table).ToDictionary();
        foreach (var (column, value) in row)
        {
            values[column] = value;
        }

        var sql =
            $"INSERT INTO {{dataset}}.{table} ({string.Join(", ", values.Keys)}) VALUES "
                + $"({string.Join(", ", values.Values.Select(Literal))})";
        return file.Warehouse.ExecuteAsync(
            WarehouseFixture.Dataset,
            $"fact-{_statements++}",
            new Statement("fact", sql, new Dictionary<string, object?>()),
            TestContext.Current.CancellationToken);
    }

    /// <summary>Commits a version.</summary>
    public Task CommitAsync(string load, DateTimeOffset readBegan, params (string Column, object? Value)[] row) =>
        InsertAsync(
        "slice_versions",
        [
            ("load_id", load),
            ("digest", load),
            ("read_began", readBegan),
            ("committed_at", readBegan.AddMinutes(1)),
            .. row,
        ]);

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        bool flag => flag ? "TRUE" : "FALSE",
        DateOnly day => $"CAST('{day:yyyy-MM-dd}' AS DATE)",
        DateTimeOffset time => $"CAST('{time.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}' AS TIMESTAMP)",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"No literal of {value.GetType().Name}.", nameof(value)),
    };

    private static Dictionary<string, object?> Usual(string table) => table switch
    {
        "slice_versions" => new()
        {
            ["vendor"] =
                "anthropic",
                ["account_id"] = "org-1",
                ["account"] = "acme",
                ["report"] = "cost",
                ["usage_date"] = Day,
                ["row_count"] = 1,
            ["tokens"] =
                0,
                ["amount_usd"] = 1m,
                ["estimated_usd"] = 0m,
                ["grain"] = "line.v1",
                ["normaliser_version"] = 1,
                ["state"] = "loaded",
            ["pinned"] = false, ["run_id"] = "run", ["window_id"] = "window", ["message_id"] = null,
        },
        "run_events" => new()
        {
            ["run_id"] = "run",
            ["mode"] = "production",
            ["vendor"] = "anthropic",
            ["account"] = "acme",
            ["report"] = "cost",
        },
        "account_identity" => new() { ["vendor"] = "anthropic", ["recorded_at"] = Morning(0) },
        "person_history" => new() { ["source"] = "people.csv", ["change_id"] = "change" },
        "entity_versions" => new()
        {
            ["vendor"] =
                "anthropic",
                ["account_id"] = "org-1",
                ["report"] = "names",
                ["grain"] = "id.v1",
                ["usage_date"] = Day,
                ["kind"] = "api_key",
        },
        "cost_versions" or "usage_versions" => new Dictionary<string, object?>
        {
            ["vendor"] =
                "anthropic",
                ["account_id"] = "org-1",
                ["report"] = "cost",
                ["grain"] = "line.v1",
                ["usage_date"] = Day,
                ["load_id"] = "a",
            ["bucket_start"] = new DateTimeOffset(Day, TimeOnly.MinValue, TimeSpan.Zero), ["bucket_width"] = "1d",
        }.Concat(table == "usage_versions"
            ? []
            :
            [
                KeyValuePair.Create("currency", (object?)"USD"),
                KeyValuePair.Create("basis", (object?)"billed"),
            ]).ToDictionary(),
        _ => throw new ArgumentException($"Nobody writes to {table} here.", nameof(table)),
    };
}
