using System.Globalization;
using EventPipeline.Load;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>What the service counts on in BigQuery, whatever stands in for it: the same tests for all.</summary>
/// <param name="server">What stands in.</param>
public abstract class WarehouseContract(WarehouseServer server)
{
    private static readonly DateTimeOffset Microseconds = new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero)
        .AddTicks(9_999_990);

    private protected IWarehouse Warehouse
    {
        get
        {
            server.Require();
            return server.Warehouse;
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's \\ \"both\" \n and\ttabs; -- @name `x`")]
    [InlineData("Köln 東京 🚀")]
    public Task A_text_comes_back_as_it_is(string value) => ShouldComeBackAsync("STRING", value);

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public Task A_whole_number_comes_back_exactly(long value) => ShouldComeBackAsync("INT64", value);

    [Theory]
    [InlineData("BIGNUMERIC", "12345678901.123456789012345678")]
    [InlineData("BIGNUMERIC", "-0.000000000000000001")]
    [InlineData("BIGNUMERIC", "0.1")]
    [InlineData("NUMERIC", "-12345678901234567890.123456789")]
    [InlineData("NUMERIC", "0.000000001")]
    public Task Money_comes_back_exactly(string type, string value) =>
        ShouldComeBackAsync(type, decimal.Parse(value, CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_flag_comes_back(bool value) => ShouldComeBackAsync("BOOL", value);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2024, 2, 29)]
    [InlineData(9999, 12, 31)]
    public Task A_day_comes_back(int year, int month, int day) =>
        ShouldComeBackAsync("DATE", new DateOnly(year, month, day));

    [Fact]
    public async Task A_time_comes_back_to_the_microsecond()
    {
        await ShouldComeBackAsync("TIMESTAMP", Microseconds);
        await ShouldComeBackAsync("TIMESTAMP", DateTimeOffset.UnixEpoch.AddMicroseconds(-1));
        await ShouldComeBackAsync("TIMESTAMP", Microseconds.ToOffset(TimeSpan.FromHours(-8)));
    }

    [Theory]
    [InlineData("STRING")]
    [InlineData("INT64")]
    [InlineData("BIGNUMERIC")]
    [InlineData("NUMERIC")]
    [InlineData("DATE")]
    [InlineData("TIMESTAMP")]
    public Task A_null_of_a_type_is_null(string type) => ShouldComeBackAsync(type, null);

    [Fact]
    public async Task The_events_of_a_run_are_read_as_they_were_inserted_in_the_order_of_their_times()
    {
        var later = Event("contract-run", "window_ended", Microseconds);
        foreach (var (name, value) in new (string, object?)[]
        {
            ("window_id", "w-1"),
            ("vendor", "openai"),
            ("account", "acme"),
            ("report", "cost"),
            ("window_start", new DateOnly(2026, 2, 28)),
            ("window_end", new DateOnly(2026, 3, 1)),
            ("state", "loaded"),
            ("row_count", 2L),
            ("tokens", long.MaxValue),
            ("amount_usd", 0.1m + 0.2m),
            ("estimated_usd", -0.000000000000000001m), ("load_id", "l-1"), ("attempt", 3L), ("reason", "it's\n\"fine\""), ("details", """{"a":"ä"}"""),
        })
        {
            later[name] = value;
        }

        var first = Event("contract-run", "requested", Microseconds.AddMicroseconds(-1));
        await Warehouse.ExecuteAsync(
            WarehouseServer.Dataset,
            "events-1",
            Statement.Insert("insert_run_events", [later, first]),
            TestContext.Current.CancellationToken);
        await Warehouse.ExecuteAsync(
            WarehouseServer.Dataset,
            "events-2",
            Statement.Insert("insert_run_events", [Event("another-run", "requested", Microseconds)]),
            TestContext.Current.CancellationToken);

        var read = await QueryAsync(Statement.Create(
            "run_events",
            ("run_id", "contract-run"),
            ("mode", "production"),
            ("since", Microseconds.AddDays(-1)),
            ("from", DateOnly.MinValue),
            ("to", DateOnly.MaxValue)));

        read.Select(Shown).ShouldBe([Shown(first, read[0]), Shown(later, read[0])]);
    }

    [Fact]
    public async Task A_filter_that_is_null_filters_nothing()
    {
        await Warehouse.ExecuteAsync(
            WarehouseServer.Dataset,
            "filtered",
            Statement.Insert(
                "insert_run_events",
                [Event("filtered", "requested", Microseconds), Event("filtered", "completed", Microseconds)]),
            TestContext.Current.CancellationToken);

        (await EventsAsync(null)).ShouldBe(["completed", "requested"]);
        (await EventsAsync("requested")).ShouldBe(["requested"]);
        (await EventsAsync("planned")).ShouldBeEmpty();

        async Task<IEnumerable<string>> EventsAsync(string? only) => (await QueryAsync(new Statement(
            "filter",
            """
            -- @run_id STRING
            -- @only STRING
            SELECT event FROM {dataset}.run_events WHERE run_id = @run_id AND (@only IS NULL OR event = @only) ORDER BY event
            """,
            new Dictionary<string, object?> { ["run_id"] = "filtered", ["only"] = only })))
                .Select(row => row.Text("event"));
    }

    [Fact]
    public async Task A_load_is_proven_by_exact_sums_of_what_landed()
    {
        await InsertAsync("usage_versions", "usage-proof", "input_uncached_tokens", "proven", "k-1", long.MaxValue / 4);
        await InsertAsync("usage_versions", "usage-proof-2", "output_tokens", "proven", "k-2", 3L);
        await InsertAsync("usage_versions", "usage-other", "output_tokens", "another", "k-1", 5L);
        await InsertAsync("cost_versions", "cost-proof", "amount_usd", "proven", "k-1", 0.1m);
        await InsertAsync("cost_versions", "cost-proof-2", "amount_usd", "proven", "k-1", 0.000000000000000001m);

        var window = new Window("openai", "acme", "report", new(2026, 3, 1), new(2026, 3, 2));
        var day = (await QueryAsync(LoadProof.Create(window, "o-1", "proven", LoadProof.Tables)))
            .ShouldHaveSingleItem();

        day.Date("usage_date").ShouldBe(new DateOnly(2026, 3, 1));
        (day.GetInt64("row_count"), day.GetInt64("key_count"), day.GetInt64("tokens"))
            .ShouldBe((4, 3, (long.MaxValue / 4) + 3));
        day.ByBasis("usd_by_basis").ShouldBe(SumsByBasis.Create(0.100000000000000001m, 0m));
        day.ByBasis("rows_by_basis").ShouldBe(SumsByBasis.None.With("billed", 2));
    }

    [Fact]
    public async Task Money_is_told_basis_by_basis_to_the_last_digit()
    {
        await InsertAsync("cost_versions", "basis-1", "amount_usd", "bases", "k-1", 0.1m);
        await InsertAsync("cost_versions", "basis-2", "amount_usd", "bases", "k-2", 12345678901234567890m, "list");
        await InsertAsync("cost_versions", "basis-3", "amount_usd", "bases", "k-3", 0.00000001m, "list");
        await InsertAsync("cost_versions", "basis-4", "amount_usd", "bases", "k-4", 0m, "estimated");
        await InsertAsync("usage_versions", "basis-5", "output_tokens", "bases", "k-5", 5L);
        var (from, to) = (new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 2));
        var money = SumsByBasis.Create(0.1m, 0).With("list", 12345678901234567890.00000001m);

        var window = new Window("openai", "acme", "report", from, to);
        var proof = LoadProof.Create(window, "o-1", "bases", LoadProof.Tables);
        var proved = (await QueryAsync(proof)).ShouldHaveSingleItem();
        var landed = await LandedMoney.OfAsync(
            Warehouse, WarehouseServer.Dataset, window, TestContext.Current.CancellationToken);

        (proved.ByBasis("usd_by_basis"), landed[("bases", from)]).ShouldBe((money, money));
        proved.ByBasis("rows_by_basis").ShouldBe(SumsByBasis.Create(1, 1).With("list", 2));
        (proved.GetInt64("row_count"), proved.GetInt64("key_count"), proved.GetInt64("tokens")).ShouldBe((5, 5, 5));
    }

    [Fact]
    public async Task A_day_that_was_read_with_other_content_is_a_restatement()
    {
        await CommitAsync("restated-1", "restated", Microseconds, "first", 1.10m);
        await CommitAsync("restated-2", "restated", Microseconds.AddMicroseconds(1), "second", 1.15m);
        await CommitAsync("restated-3", "restated", Microseconds.AddMicroseconds(2), "second", 1.15m);

        var found = (await QueryAsync(new Statement(
            "restatements",
            """
            SELECT usage_date, previous_read_began, read_began, previous_load_id, load_id, previous_amount_usd, amount_usd
            FROM {dataset}.restatements WHERE vendor = 'restated'
            """,
            new Dictionary<string, object?>()))).ShouldHaveSingleItem();

        found.Date("usage_date").ShouldBe(new DateOnly(2026, 3, 1));
        (found.Timestamp("previous_read_began"), found.Timestamp("read_began"))
            .ShouldBe((Microseconds, Microseconds.AddMicroseconds(1)));
        (found.Text("previous_load_id"), found.Text("load_id")).ShouldBe(("restated-1", "restated-2"));
        (found.Exact("previous_amount_usd"), found.Exact("amount_usd")).ShouldBe((1.10m, 1.15m));
    }

    private protected Task<IReadOnlyList<Row>> QueryAsync(Statement statement) =>
        Warehouse.QueryAsync(WarehouseServer.Dataset, statement, TestContext.Current.CancellationToken);

    /// <summary>Commits 2026-03-01 of a vendor, under a load's id.</summary>
    private protected Task<bool> CommitAsync(
        string loadId, string vendor, DateTimeOffset readBegan, string digest, decimal amount) =>
        Warehouse.ExecuteAsync(
        WarehouseServer.Dataset,
        $"commit-{loadId}",
        Statement.Create(
            "insert_slice_versions",
            ("vendor", vendor),
            ("account_id", "o-1"),
            ("account", "acme"),
            ("report", "cost"),
            ("usage_date", new DateOnly(2026, 3, 1)),
            ("load_id", loadId),
            ("read_began", readBegan),
            ("follows", null),
            ("row_count", 1L),
            ("tokens", 0L),
            ("amount_usd", amount),
            ("estimated_usd", 0m),
            ("digest", digest),
            ("grain", "line"),
            ("normaliser_version", 1L),
            ("state", "loaded"),
            ("pinned", false),
            ("run_id", "run"),
            ("window_id", "w"),
            ("message_id", null),
            ("window_outcome", null)),
        TestContext.Current.CancellationToken);

    private protected async Task ShouldComeBackAsync(string type, object? value)
    {
        var row = (await QueryAsync(new Statement(
            "echo",
            $"-- @value {type}\nSELECT @value AS echo",
            new Dictionary<string, object?> { ["value"] = value }))).ShouldHaveSingleItem();

        row.Values["echo"].ShouldBe(value);
    }

    /// <summary>One row with one figure.</summary>
    private Task<bool> InsertAsync(
        string table,
        string statementId,
        string column,
        string loadId,
        string key,
        object figure,
        string basis = "billed")
    {
        var (more, values) = table == "cost_versions" ? (", currency, basis", $", 'USD', '{basis}'") : ("", "");
        var statement = new Statement(
            "insert",
            $"""
            INSERT INTO {"{dataset}"}.{table}
              (load_id, row_key, vendor, account_id, report, grain, usage_date, bucket_start, bucket_width,
               {column}{more})
            VALUES (@load_id, @row_key, 'openai', 'o-1', 'report', 'grain', @day, @start, '1d', @figure{values})
            """,
            new Dictionary<string, object?>
            {
                ["load_id"] = loadId, ["row_key"] = key, ["day"] = new DateOnly(2026, 3, 1), ["figure"] = figure,
                ["start"] = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
            });
        return Warehouse.ExecuteAsync(
            WarehouseServer.Dataset, statementId, statement, TestContext.Current.CancellationToken);
    }

    private static Dictionary<string, object?> Event(string runId, string name, DateTimeOffset recorded) => new()
    {
        ["run_id"] =
            runId,
            ["event"] = name,
            ["mode"] = "production",
            ["window_id"] = null,
            ["vendor"] = null,
            ["account"] = null,
            ["report"] = null,
        ["window_start"] =
            null,
            ["window_end"] = null,
            ["state"] = null,
            ["row_count"] = null,
            ["tokens"] = null,
            ["amount_usd"] = null,
        ["estimated_usd"] =
            null, ["load_id"] = null, ["attempt"] = null, ["reason"] = null, ["details"] = null, ["message_id"] = null,
        ["recorded_at"] = recorded, ["plan_id"] = null,
    };

    private static string Shown(Row row) => string.Join('\n', row.Values.Select(cell => Shown(cell.Key, cell.Value)));

    /// <summary>Of what was inserted, what the columns of a row show.</summary>
    private static string Shown(Dictionary<string, object?> inserted, Row columns) =>
        string.Join('\n', columns.Values.Keys.Select(column => Shown(column, inserted[column])));

    private static string Shown(string column, object? value) => string.Create(CultureInfo.InvariantCulture,
        $"{column}: {value switch
    {
        null => "null",
        decimal number => number.ToString("0.##################", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        _ => value,
    }}");
}
