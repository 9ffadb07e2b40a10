using System.Globalization;
using DuckDB.NET.Data;
using EventPipeline.EndToEndTests.Warehouse;
using EventPipeline.Local.DuckDb;

namespace EventPipeline.Benchmarks.Views;

/// <summary>
/// Days of 40 slices each until <see cref="LastDay"/>, every slice read once: two organisations of OpenAI, with twelve
/// reports each, two of Anthropic and two teams of Cursor, with four each. Rows are in the order of their days, as they
/// are where each day was loaded when it was over.
/// </summary>
/// <param name="days">How many days.</param>
/// <param name="rowsPerSlice">How many rows of facts a slice has.</param>
internal sealed class ThreeYears(int days, int rowsPerSlice)
{
    private const string Slices =
        """
        CREATE TEMP TABLE slices AS
        SELECT
          of, vendor, report, vendor || '-' || copy AS account_id,
          ROW_NUMBER() OVER (PARTITION BY of ORDER BY vendor, report, copy) - 1 AS slot
        FROM (VALUES
          ('usage', 'anthropic', ['messages_usage']),
          ('usage', 'openai', [
            'audio_speeches_usage', 'audio_transcriptions_usage', 'code_interpreter_sessions_usage',
            'completions_usage', 'embeddings_usage', 'file_search_calls_usage', 'images_usage', 'moderations_usage',
            'vector_stores_usage', 'web_search_calls_usage']),
          ('cost', 'anthropic', ['cost']),
          ('cost', 'openai', ['cost']),
          ('activity', 'anthropic', ['claude_code']),
          ('activity', 'cursor', ['daily_usage']),
          ('usage_event', 'cursor', ['usage_events']),
          ('seat', 'cursor', ['spend']),
          ('entity', 'anthropic', ['names']),
          ('entity', 'openai', ['names']),
          ('entity', 'cursor', ['names'])
        ) AS t (of, vendor, reports), UNNEST(reports) AS r (report), range(2) AS c (copy)
        """;

    private const string Tokens =
        """
        1000 + n AS input_uncached_tokens, 500 + n AS cache_read_tokens, n AS cache_write_tokens,
        100 + n AS output_tokens
        """;

    private const string Used =
        """
        CAST(usage_date AS TIMESTAMP) + to_minutes(CAST(n AS INTEGER)) AS bucket_start, '1d' AS bucket_width,
        'project-' || n % 4 AS sub_account_id, 'model-' || n % 8 AS model, 'standard' AS service_tier
        """;

    // A user has one key. Anthropic bills by workspace, so that its lines are split.
    private static readonly Dictionary<string, string> Columns = new()
    {
        ["usage"] =
            $"""
            {Used}, {Tokens}, 'user' AS actor_type, 'user-' || n % 57 AS actor_id, 'key-' || n % 57 AS api_key_id,
            report AS product, 1 + n AS requests
            """,
        ["cost"] =
            $"""
            {Used}, CASE vendor WHEN 'openai' THEN 'key-' || n % 57 END AS api_key_id,
            CASE n % 8 WHEN 7 THEN 'user' END AS actor_type, CASE n % 8 WHEN 7 THEN 'user-' || n % 57 END AS actor_id,
            CASE n % 8 WHEN 7 THEN 'estimated' ELSE 'billed' END AS basis,
            'model-' || n % 8 || ', output' AS line_item, 'tokens' AS cost_type, 'output' AS token_type,
            0.01 + n / 1000 AS amount_usd, 'USD' AS currency, 100 + n AS quantity, 'tokens' AS quantity_unit
            """,
        ["activity"] =
            """
            report AS product, 'user' AS actor_type, 'user-' || n % 57 AS actor_id, 1 AS sessions, n AS lines_added,
            n // 2 AS lines_removed, n // 3 AS accepted, n // 9 AS rejected, '{"terminal_type":"vscode"}' AS details
            """,
        ["usage_event"] =
            $"""
            {Used}, {Tokens}, 'user' AS actor_type, 'user-' || n % 57 AS actor_id, n AS ordinal, 'Usage-based' AS kind,
            TRUE AS is_token_based, TRUE AS is_chargeable, 0.01 + n / 1000 AS charged_usd, 0.001 AS fee_usd,
            'priced_usage' AS basis
            """,
        ["seat"] =
            """
            'user-' || n AS user_id, 'Person ' || n AS name, 'user' || n || '@example.com' AS email,
            'member' AS role, n / 10 AS spend_usd, 200 AS limit_usd
            """,
        ["entity"] =
            """
            CASE WHEN n = 0 THEN 'organization' WHEN n < 5 THEN 'project' WHEN n < 62 THEN 'api_key' ELSE 'user' END
              AS kind,
            CASE
              WHEN n = 0 THEN account_id
              WHEN n < 5 THEN 'project-' || n - 1
              WHEN n < 62 THEN 'key-' || n - 5
              ELSE 'user-' || n - 62
            END AS id,
            'Name ' || n AS name
            """,
    };

    private static readonly string[] Others =
    [
        """
        person_history BY NAME
        SELECT
          vendor, 'user' AS kind, 'user-' || n AS id, DATE '2000-01-01' AS valid_from, 'person-' || n AS person,
          'team-' || n % 5 AS team, 'benchmark' AS source, 'benchmark' AS change_id,
          TIMESTAMP '2026-11-30 12:00:00' AS recorded_at
        FROM (SELECT DISTINCT vendor FROM slices) AS s, range(57) AS r (n)
        """,
        """
        price_history BY NAME
        SELECT
          vendor, 'model-' || n AS model, 'standard' AS tier, token_type, DATE '2000-01-01' AS valid_from,
          0.000001 AS usd_per_token, 'benchmark' AS source, DATE '2000-01-01' AS source_date, 'benchmark' AS list,
          'benchmark' AS change_id, TIMESTAMP '2026-11-30 12:00:00' AS recorded_at
        FROM (SELECT DISTINCT vendor FROM slices) AS s, range(8) AS r (n),
          UNNEST(['input', 'cache_read', 'output']) AS t (token_type)
        """,
    ];

    public static DateOnly LastDay { get; } = new(2026, 11, 30);

    public static DateOnly FirstOfLastMonth { get; } = new(2026, 11, 1);

    private DateOnly FirstDay => LastDay.AddDays(1 - days);

    private string Slice => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        account_id AS account, CAST(usage_date AS TIMESTAMP) + INTERVAL 27 HOUR AS read_began,
        {rowsPerSlice} AS row_count, 0 AS tokens, 0 AS amount_usd, 0 AS estimated_usd, load_id AS digest,
        1 AS normaliser_version, 'loaded' AS state, FALSE AS pinned, 'benchmark' AS run_id, load_id AS window_id,
        CAST(usage_date AS TIMESTAMP) + INTERVAL 28 HOUR AS committed_at
        """);

    /// <summary>
    /// Fills the tables of a file that has the schema, with more memory than the service takes. Several threads would
    /// mix the days.
    /// </summary>
    public void Fill(string path)
    {
        using var connection = new DuckDBConnection($"Data Source={path};threads=1");
        connection.Open();
        DuckDbFile.Run(connection, Slices);
        foreach (var (of, columns) in Columns)
        {
            Insert(connection, $"{of}_versions BY NAME {Rows(of, rowsPerSlice, columns)}");
        }

        Insert(
            connection,
            $"slice_versions BY NAME SELECT * EXCLUDE (row_key) FROM ({Rows(of: null, rows: 1, Slice)})");
        foreach (var other in Others)
        {
            Insert(connection, other);
        }

        DuckDbFile.Run(connection, "CHECKPOINT");
    }

    private static void Insert(DuckDBConnection connection, string what) =>
        DuckDbFile.Run(connection, $"INSERT INTO {Question.Dataset}.{what}");

    /// <summary>Rows of a table's slices, or of all slices, by day, slice and number <c>n</c> in the slice.</summary>
    private string Rows(string? of, int rows, string columns)
    {
        var which = of is null ? "TRUE" : $"of = '{of}'";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT
              of || '-' || slot || '-' || usage_date AS load_id, md5(of || i) AS row_key, vendor, account_id, report,
              'day.v1' AS grain, usage_date, {columns}
            FROM (
              SELECT
                i, DATE '{FirstDay:yyyy-MM-dd}' + CAST(i // (slots * {rows}) AS INTEGER) AS usage_date,
                i % (slots * {rows}) // {rows} AS place, i % {rows} AS n
              FROM (SELECT COUNT(*) AS slots FROM slices WHERE {which}) AS c, range({days} * slots * {rows}) AS r (i)
            ) AS f
            JOIN (
              SELECT *, ROW_NUMBER() OVER (ORDER BY of, slot) - 1 AS place FROM slices WHERE {which}
            ) AS s
              ON s.place = f.place
            """);
    }
}
