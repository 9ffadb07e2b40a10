using System.Text;
using System.Text.Json;
using EventPipeline.Local.DuckDb;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.DuckDb;

/// <summary>What a person may ask of the file, and what nobody may.</summary>
public sealed class QueryTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IDisposable
{
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("eventpipeline-elsewhere-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _elsewhere.Delete(recursive: true);

    [Theory]
    [InlineData("COMMIT; DELETE FROM slice_versions")]
    [InlineData("COMMIT;DELETE FROM slice_versions;BEGIN")]
    [InlineData("SELECT 1; DELETE FROM cost_versions")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT ';'; SELECT 2")]
    [InlineData("SELECT 1 -- one\n; DELETE FROM cost_versions")]
    [InlineData("SELECT 1 /* ; */ ; /* */ ROLLBACK")]
    [InlineData("SELECT 1;\u00a0DELETE FROM cost_versions")]
    [InlineData("SELECT 1;\u2003COMMIT")]
    [InlineData("SELECT 1\0; DELETE FROM cost_versions")]
    [InlineData("SELECT $$;$$; DROP TABLE cost_versions")]
    [InlineData("SELECT 'it''s'; DROP TABLE cost_versions")]
    [InlineData("SELECT E'\\'; DROP TABLE cost_versions; --'; DELETE FROM cost_versions")]
    [InlineData("/* SELECT */ DELETE FROM cost_versions")]
    [InlineData("-- SELECT\nDELETE FROM cost_versions")]
    [InlineData("delete from cost_versions")]
    [InlineData("DELETE FROM cost_versions RETURNING *")]
    [InlineData("TRUNCATE cost_versions")]
    [InlineData("UPDATE cost_versions SET amount_usd = 0")]
    [InlineData("INSERT INTO cost_versions SELECT * FROM cost_versions")]
    [InlineData("INSERT OR REPLACE INTO main.local_statements VALUES ('x')")]
    [InlineData("MERGE INTO cost_versions t USING cost_versions s ON t.row_key = s.row_key WHEN MATCHED THEN DELETE")]
    [InlineData("WITH x AS (DELETE FROM cost_versions RETURNING *) SELECT * FROM x")]
    [InlineData(
        "WITH a AS (SELECT 1), b AS (WITH c AS (UPDATE cost_versions SET amount_usd = 0 RETURNING 1) SELECT * FROM c) "
            + "SELECT * FROM b")]
    [InlineData("WITH a AS (SELECT 1) DELETE FROM cost_versions")]
    [InlineData("WITH a AS (SELECT 1) INSERT INTO main.local_statements SELECT 'x' FROM a")]
    [InlineData("SELECT * FROM (DELETE FROM cost_versions RETURNING *)")]
    [InlineData("SELECT * INTO stolen FROM cost")]
    [InlineData("CREATE TABLE stolen AS SELECT * FROM cost")]
    [InlineData("CREATE TEMP TABLE stolen AS SELECT 1")]
    [InlineData("CREATE OR REPLACE VIEW cost AS SELECT 1")]
    [InlineData("CREATE MACRO f() AS 1")]
    [InlineData("CREATE OR REPLACE TEMP MACRO sum(x) AS 0")]
    [InlineData("CREATE SEQUENCE s")]
    [InlineData("CREATE SCHEMA other")]
    [InlineData("CREATE TYPE mood AS ENUM ('x')")]
    [InlineData("CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')")]
    [InlineData("CREATE INDEX i ON cost_versions (row_key)")]
    [InlineData("DROP TABLE cost_versions")]
    [InlineData("DROP VIEW cost")]
    [InlineData("DROP SCHEMA ai_usage_analytics CASCADE")]
    [InlineData("ALTER TABLE cost_versions ADD COLUMN x INTEGER")]
    [InlineData("ALTER TABLE cost_versions RENAME TO y")]
    [InlineData("COMMENT ON TABLE cost_versions IS 'x'")]
    [InlineData("BEGIN")]
    [InlineData("BEGIN TRANSACTION")]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    [InlineData("ABORT")]
    [InlineData("PREPARE p AS DELETE FROM cost_versions")]
    [InlineData("EXECUTE p")]
    [InlineData("DEALLOCATE p")]
    [InlineData("CALL force_checkpoint()")]
    [InlineData("CALL enable_logging()")]
    [InlineData("CALL query('DELETE FROM cost_versions')")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM cost_versions")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("VACUUM")]
    [InlineData("VACUUM ANALYZE cost_versions")]
    [InlineData("ANALYZE")]
    [InlineData("CHECKPOINT")]
    [InlineData("FORCE CHECKPOINT")]
    [InlineData("EXPORT DATABASE '{elsewhere}/out'")]
    [InlineData("IMPORT DATABASE '{elsewhere}'")]
    [InlineData("COPY cost TO '{elsewhere}/out.csv'")]
    [InlineData("COPY (SELECT 1) TO '{elsewhere}/out.parquet' (FORMAT parquet)")]
    [InlineData("COPY cost_versions FROM '{elsewhere}/in.csv'")]
    [InlineData("COPY FROM DATABASE warehouse TO other")]
    [InlineData("ATTACH '{elsewhere}/other.duckdb' AS other")]
    [InlineData("ATTACH ':memory:' AS other")]
    [InlineData("DETACH warehouse")]
    [InlineData("USE main")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("LOAD '{elsewhere}/x.duckdb_extension'")]
    [InlineData("UPDATE EXTENSIONS")]
    [InlineData("SET GLOBAL memory_limit = '1MB'")]
    [InlineData("SET memory_limit = '1MB'")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET lock_configuration = false")]
    [InlineData("SET search_path = 'main'")]
    [InlineData("SET VARIABLE x = 1")]
    [InlineData("RESET memory_limit")]
    [InlineData("PRAGMA memory_limit = '1MB'")]
    [InlineData("PRAGMA threads = 1")]
    [InlineData("PRAGMA enable_profiling")]
    [InlineData("PRAGMA table_info('cost')")]
    [InlineData("PRAGMA database_list")]
    [InlineData("SELECT * FROM query('DELETE FROM cost_versions')")]
    [InlineData("SELECT * FROM query('SELECT * FROM read_text(''{elsewhere}/in.csv'')')")]
    [InlineData("SELECT * FROM query_table('cost')")]
    [InlineData("SELECT * FROM query_table(['duckdb_settings'])")]
    [InlineData("FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM duckdb_settings()'))")]
    [InlineData("SELECT * FROM read_csv('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM READ_CSV_AUTO('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM \"read_text\"('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM system.main.read_text('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM main.read_blob('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM read_blob('{data}/warehouse.duckdb')")]
    [InlineData("SELECT * FROM read_text('{data}/origin')")]
    [InlineData("SELECT * FROM read_duckdb('{data}/warehouse.duckdb')")]
    [InlineData("SELECT * FROM read_json('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM read_parquet('{elsewhere}/*')")]
    [InlineData("SELECT * FROM parquet_scan('https://example.com/x.parquet')")]
    [InlineData("SELECT * FROM parquet_metadata('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM glob('{elsewhere}/*')")]
    [InlineData("SELECT * FROM sniff_csv('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM '{elsewhere}/in.csv'")]
    [InlineData("FROM '{elsewhere}/in.csv'")]
    [InlineData("FROM \"{elsewhere}/in.csv\"")]
    [InlineData("FROM '{data}/warehouse.duckdb'")]
    [InlineData("TABLE '{elsewhere}/in.csv'")]
    [InlineData("DESCRIBE '{elsewhere}/in.csv'")]
    [InlineData("DESCRIBE SELECT * FROM '{elsewhere}/in.csv'")]
    [InlineData("SUMMARIZE '{elsewhere}/in.csv'")]
    [InlineData("SUMMARIZE SELECT * FROM read_csv('{elsewhere}/in.csv')")]
    [InlineData("SELECT * FROM 'https://example.com/x.csv'")]
    [InlineData("SELECT * FROM 's3://bucket/x.parquet'")]
    [InlineData("SELECT (SELECT content FROM read_text('{elsewhere}/in.csv'))")]
    [InlineData("SELECT 1 WHERE EXISTS (FROM read_text('{elsewhere}/in.csv'))")]
    [InlineData("SELECT 1 ORDER BY (SELECT count(*) FROM glob('{elsewhere}/*'))")]
    [InlineData("SELECT 1 LIMIT (SELECT count(*) FROM glob('{elsewhere}/*'))")]
    [InlineData("VALUES ((SELECT content FROM read_text('{elsewhere}/in.csv')))")]
    [InlineData("SELECT * FROM cost c JOIN read_text('{elsewhere}/in.csv') t ON true")]
    [InlineData("SELECT * FROM range(1) r, LATERAL (SELECT * FROM read_text('{elsewhere}/in.csv'))")]
    [InlineData("SELECT * FROM range((SELECT size FROM read_blob('{elsewhere}/in.csv')))")]
    [InlineData("SELECT 1 UNION ALL SELECT size FROM read_blob('{elsewhere}/in.csv')")]
    [InlineData("WITH a AS (FROM read_text('{elsewhere}/in.csv')) SELECT 1")]
    [InlineData(
        "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT size FROM a, read_blob('{elsewhere}/in.csv') WHERE x < 2) "
            + "FROM a")]
    [InlineData("SELECT list_transform([1], lambda x: (SELECT size FROM read_blob('{elsewhere}/in.csv')))")]
    [InlineData("SELECT * FROM (UNPIVOT (FROM read_csv('{elsewhere}/in.csv')) ON COLUMNS(*))")]
    [InlineData("WITH \"{data}/warehouse.duckdb\" AS (SELECT 1) SELECT * FROM \"{data}/warehouse.duckdb\"")]
    [InlineData(
        "SELECT (WITH duckdb_settings AS (SELECT 1 AS x) SELECT x FROM duckdb_settings), * FROM duckdb_settings")]
    [InlineData(
        "SELECT (WITH local_statements AS (SELECT 1 AS x) SELECT x FROM local_statements), * FROM local_statements")]
    [InlineData(
        "SELECT (WITH LOCAL_STATEMENTS AS (SELECT 1 AS x) SELECT x FROM local_statements), * FROM local_statements")]
    [InlineData("SELECT * FROM duckdb_settings()")]
    [InlineData("SELECT * FROM duckdb_secrets()")]
    [InlineData("SELECT * FROM duckdb_logs")]
    [InlineData("SELECT * FROM duckdb_databases()")]
    [InlineData("SELECT * FROM duckdb_temporary_files()")]
    [InlineData("SELECT * FROM pragma_database_list")]
    [InlineData("SELECT * FROM pragma_table_info('cost')")]
    [InlineData("SELECT * FROM pragma_storage_info('cost_versions')")]
    [InlineData("SELECT * FROM sqlite_master")]
    [InlineData("SELECT * FROM pg_catalog.pg_settings")]
    [InlineData("SELECT * FROM checkpoint()")]
    [InlineData("SELECT * FROM force_checkpoint()")]
    [InlineData("SELECT * FROM which_secret('s3://x', 's3')")]
    [InlineData("SELECT * FROM sql_auto_complete('SEL')")]
    [InlineData("SELECT * FROM test_all_types()")]
    [InlineData("SELECT * FROM main.local_statements")]
    [InlineData("SELECT * FROM system.information_schema.tables")]
    [InlineData("SHOW DATABASES")]
    [InlineData("SHOW memory_limit")]
    [InlineData("SELECT nextval('s')")]
    [InlineData("SELECT getenv('HOME')")]
    [InlineData("SELECT getvariable('x')")]
    [InlineData("SELECT current_setting('memory_limit')")]
    [InlineData("SELECT main.current_setting('temp_directory')")]
    [InlineData("SELECT 'temp_directory'.current_setting()")]
    [InlineData("SELECT setseed(0.5)")]
    [InlineData("SELECT sleep_ms(100000)")]
    [InlineData("SELECT write_log('x')")]
    [InlineData("SELECT __internal_decompress_string(1::UTINYINT)")]
    [InlineData("SELECT repeat('x', 4000000000)")]
    [InlineData("SELECT lpad('x', 2000000000, 'y')")]
    [InlineData("SELECT len(range(2000000000))")]
    [InlineData("SELECT unnest(generate_series(1, 2000000000))")]
    [InlineData("SELECT bit_count(bitstring_agg(x, 0, 900000000)) FROM (SELECT 1 AS x)")]
    [InlineData("SELECT json_serialize_plan('SELECT * FROM cost')")]
    [InlineData("SELECT printf('%2000000000d', 1)")]
    [InlineData("SELECT format('{:>2000000000}', 1)")]
    [InlineData("SELECT $1")]
    [InlineData("SELECT * FROM nothing_of_that_name")]
    [InlineData("SELEC 1")]
    [InlineData("")]
    [InlineData("   \n\t")]
    [InlineData(";")]
    [InlineData("-- nothing")]
    [InlineData("PIVOT cost ON vendor USING sum(amount_usd)")]
    public async Task A_query_reads_the_data_and_touches_nothing_else(string sql)
    {
        await File.WriteAllTextAsync(Path.Combine(_elsewhere.FullName, "in.csv"), "a,b\n1,2\n", Token);
        var before = await LoadAsync();
        var settings = await OwnAsync("SELECT name, value FROM duckdb_settings() ORDER BY name");
        var text = sql.Replace("{elsewhere}", _elsewhere.FullName, StringComparison.Ordinal)
            .Replace("{data}", file.Folder, StringComparison.Ordinal);

        var refused = await Should.ThrowAsync<UsageException>(() => file.AskAsync(text));

        refused.Message.ShouldNotBeNullOrWhiteSpace();
        _elsewhere.GetFileSystemInfos().Select(file => file.Name).ShouldBe(["in.csv"]);
        (await OwnAsync("SELECT name, value FROM duckdb_settings() ORDER BY name")).ShouldBe(settings);
        (await LoadAsync()).ShouldBe(before + 1, "Nothing was added or removed, and a load still works.");
    }

    [Theory]
    [InlineData("SELECT usage_date, vendor, SUM(amount_usd) FROM daily_cost GROUP BY ALL ORDER BY 1")]
    [InlineData("SELECT * FROM freshness")]
    [InlineData("SELECT * FROM restatements")]
    [InlineData("SELECT load_id, page_no, payload FROM raw_page LIMIT 1")]
    [InlineData("SELECT COUNT(*) FROM cost_versions;")]
    [InlineData("-- what it cost\nSELECT 1 /* one */ ; -- that is all\n")]
    [InlineData("  \n SELECT 1 ;\n\n")]
    [InlineData("SELECT ';' AS semicolon, '--', '/*', $$;$$")]
    [InlineData(
        "WITH days AS (SELECT usage_date, SUM(amount_usd) AS usd FROM cost GROUP BY 1) SELECT usage_date, usd, "
            + "SUM(usd) OVER (ORDER BY usage_date) FROM days")]
    [InlineData("WITH cost AS (SELECT 1 AS x) SELECT x FROM cost")]
    [InlineData("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT * FROM n")]
    [InlineData("FROM cost")]
    [InlineData("FROM cost SELECT vendor, amount_usd WHERE amount_usd > 0")]
    [InlineData("TABLE cost")]
    [InlineData("VALUES (1), (2)")]
    [InlineData("DESCRIBE cost")]
    [InlineData("DESCRIBE SELECT * FROM usage")]
    [InlineData("SUMMARIZE cost")]
    [InlineData("SHOW TABLES")]
    [InlineData("SHOW ALL TABLES")]
    [InlineData("SELECT table_name FROM information_schema.tables")]
    [InlineData("SELECT * FROM ai_usage_analytics.cost")]
    [InlineData("SELECT * FROM \"ai_usage_analytics_dev\".\"usage\"")]
    [InlineData("SELECT * FROM COST, Usage")]
    [InlineData("SELECT c.vendor, u.model FROM cost c LEFT JOIN usage u USING (vendor, usage_date)")]
    [InlineData(
        "SELECT vendor, amount_usd FROM cost QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor ORDER BY amount_usd DESC) "
            + "= 1")]
    [InlineData(
        "SELECT vendor, list(DISTINCT report), string_agg(report, ', ') FROM cost GROUP BY ALL HAVING COUNT(*) > 0 "
            + "ORDER BY ALL LIMIT 10 OFFSET 0")]
    [InlineData(
        "SELECT date_trunc('month', usage_date), strftime(usage_date, '%Y-%m'), EXTRACT(YEAR FROM usage_date) FROM "
            + "cost")]
    [InlineData(
        "SELECT CASE WHEN amount_usd > 0 THEN 'charge' ELSE 'credit' END, COALESCE(model, '?'), amount_usd::DOUBLE, "
            + "ROUND(amount_usd, 2) FROM cost")]
    [InlineData("SELECT dimensions->>'$.x', json_extract(dimensions, '$.y') FROM cost")]
    [InlineData("SELECT key, value FROM cost, json_each(dimensions)")]
    [InlineData("SELECT day::DATE FROM range(DATE '2026-11-01', DATE '2026-11-08', INTERVAL 1 DAY) AS days(day)")]
    [InlineData("SELECT * FROM generate_series(1, 3)")]
    [InlineData("SELECT unnest([1, 2, 3]), [x * 2 FOR x IN [1, 2]], {'a': 1}")]
    [InlineData("SELECT printf('%.2f', amount_usd), format('{:,.2f}', 1234.5) FROM cost")]
    [InlineData("SELECT vendor FROM cost UNION ALL BY NAME SELECT vendor FROM usage EXCEPT SELECT 'x'")]
    [InlineData("SELECT * EXCLUDE (dimensions) REPLACE (vendor || '!' AS vendor) FROM cost")]
    [InlineData("SELECT COLUMNS('.*_usd') FROM cost")]
    [InlineData("SELECT c.*, u.* FROM cost c JOIN usage u USING (vendor, usage_date)")]
    [InlineData("SELECT COUNT(*), COUNT(*) FILTER (WHERE amount_usd > 0) FROM cost")]
    [InlineData("WITH a AS (SELECT * FROM cost), b AS (SELECT * FROM a), c AS (SELECT * FROM b) SELECT * FROM c")]
    [InlineData(
        "SELECT * FROM freshness UNION ALL SELECT * FROM freshness UNION ALL SELECT * FROM freshness UNION ALL SELECT "
            + "* FROM freshness")]
    [InlineData(
        "SELECT * FROM (PIVOT (SELECT vendor, amount_usd FROM cost) ON vendor IN ('anthropic', 'openai') USING "
            + "sum(amount_usd))")]
    [InlineData("SELECT * FROM cost USING SAMPLE 10")]
    [InlineData("SELECT now(), current_date, random() < 1, version()")]
    [InlineData(
        "SELECT (SELECT MAX(amount_usd) FROM cost) - amount_usd FROM cost WHERE vendor IN (SELECT vendor FROM usage)")]
    [InlineData("SELECT vendor FROM cost c WHERE EXISTS (SELECT 1 FROM usage u WHERE u.vendor = c.vendor)")]
    [InlineData("SELECT vendor, SUM(amount_usd) FROM cost GROUP BY ROLLUP (vendor)")]
    [InlineData("SELECT 'größer', '日本', \"vendor\" FROM cost")]
    [InlineData(
        "SELECT * FROM dead_letters, run_events, slice_versions, entity, activity, daily_usage, focus, freshness, "
            + "restatements LIMIT 1")]
    public async Task People_ask_what_they_like_of_the_data(string sql)
    {
        await LoadAsync();

        await Should.NotThrowAsync(() => file.AskAsync(sql));
    }

    [Theory]
    [InlineData("99999999999999999999999999999999999999::HUGEINT", "\"99999999999999999999999999999999999999\"")]
    [InlineData("18446744073709551615::UBIGINT", "\"18446744073709551615\"")]
    [InlineData("'NaN'::DOUBLE", "\"NaN\"")]
    [InlineData("'-infinity'::FLOAT", "\"-Infinity\"")]
    [InlineData("'ab'::BLOB", "\"6162\"")]
    [InlineData("[1, 2, 3]", "[1,2,3]")]
    [InlineData("[DATE '2026-11-22']", "[\"2026-11-22\"]")]
    [InlineData(
        "{'a': 1.5, 'b': [TIMESTAMP '2026-11-22 01:02:03']}", "{\"a\":\"1.5\",\"b\":[\"2026-11-22T01:02:03Z\"]}")]
    [InlineData("MAP {'k': 1}", "{\"k\":1}")]
    [InlineData("'6b1c9b1e-0000-4000-8000-000000000000'::UUID", "\"6b1c9b1e-0000-4000-8000-000000000000\"")]
    [InlineData("TRUE", "true")]
    [InlineData("NULL", "null")]
    public async Task Every_kind_of_value_can_be_shown(string value, string json)
    {
        var shown = PrintedValue.FromValue((await file.AskAsync($"SELECT {value}"))[0][0]);

        JsonElement.DeepEquals(JsonSerializer.SerializeToElement(shown, ApiJson.Options), JsonElement.Parse(json))
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("99999999999999999999999999999999999999::DECIMAL(38, 0)")]
    [InlineData("'infinity'::TIMESTAMP")]
    [InlineData("DATE '290000-01-01'")]
    [InlineData("INTERVAL 1 MONTH")]
    [InlineData("TIME '01:02:03'")]
    [InlineData("TIMETZ '01:02:03+02'")]
    [InlineData("'101'::BIT")]
    [InlineData("union_value(k := 1)")]
    [InlineData("'x'::ENUM ('x')")]
    [InlineData("[1, 2]::INTEGER[2]")]
    [InlineData("[1, NULL, 3]")]
    public async Task A_value_that_has_no_form_here_is_shown_as_text_or_refused_with_what_to_do(string value)
    {
        try
        {
            JsonSerializer.Serialize(
                PrintedValue.FromValue((await file.AskAsync($"SELECT {value}"))[0][0]), ApiJson.Options)
                .ShouldNotBeEmpty();
        }
        catch (UsageException refused)
        {
            refused.Message.ShouldContain("CAST(… AS VARCHAR)");
        }
    }

    [Fact]
    public async Task An_answer_of_too_many_rows_is_refused_with_what_to_do()
    {
        (await file.AskAsync($"SELECT * FROM range({DuckDbQueries.MaxRows})")).Count.ShouldBe(DuckDbQueries.MaxRows);

        var refused = await Should.ThrowAsync<UsageException>(
            () => file.AskAsync("SELECT * FROM range(1000000000000)"));

        refused.Message.ShouldContain("more than 100,000 rows");
    }

    [Fact]
    public async Task An_answer_of_too_much_text_is_refused_with_what_to_do()
    {
        var sql =
            "WITH RECURSIVE t(s, n) AS (SELECT '0123456789abcdef', 1 UNION ALL SELECT s || s, n + 1 FROM t WHERE n < "
                + "13) SELECT s FROM t, range(1100) WHERE n = 13";

        (await Should.ThrowAsync<UsageException>(() => file.AskAsync(sql))).Message.ShouldContain("64 MiB of text");
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_ended_and_loads_go_on_meanwhile()
    {
        var time = new StartedTime();
        await using var file = new WarehouseFixture(time);
        var asking = file.AskAsync(
            "SELECT COUNT(*) FROM range(100000000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 8");
        await time.Started;

        await UploadAsync(file);
        time.Advance(DuckDbQueries.MaxTime);

        (await Should.ThrowAsync<UsageException>(() => asking)).Message.ShouldContain("longer than 60 s");
        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task A_query_that_doubles_its_columns_on_every_level_is_refused_before_it_is_bound()
    {
        foreach (var sql in new[]
        {
            Nested("SELECT *, * FROM", 40),
            Nested("SELECT COLUMNS(*), COLUMNS(*) FROM", 40),
            $"SELECT {string.Join(", ", Enumerable.Repeat("*", 17))} FROM cost",
        })
        {
            (await Should.ThrowAsync<UsageException>(() => file.AskAsync(sql))).Message
                .ShouldContain("at most 16 are allowed");
        }

        string Nested(string select, int levels) =>
            $"{string.Concat(Enumerable.Repeat($"{select} (", levels))}SELECT 1 AS x{new string(')', levels)}";
    }

    [Fact]
    public async Task A_query_that_doubles_its_columns_by_joins_is_refused_before_it_is_bound()
    {
        var steps = Enumerable.Range(1, 12)
            .Select(i => FormattableString.Invariant($"t{i} AS (SELECT * FROM t{i - 1} a, t{i - 1} b, t{i - 1} c)"));

        var refused = await Should.ThrowAsync<UsageException>(
            () => file.AskAsync($"WITH t0 AS (SELECT 1 AS x), {string.Join(", ", steps)} SELECT COUNT(*) FROM t12"));

        refused.Message.ShouldContain("Name the columns");
    }

    [Fact]
    public async Task An_answer_of_too_many_columns_is_refused_with_what_to_do()
    {
        (await file.AskAsync($"SELECT {string.Join(", ", Enumerable.Repeat("1", 1_000))}"))[0].Count.ShouldBe(1_000);

        var refused = await Should.ThrowAsync<UsageException>(
            () => file.AskAsync($"SELECT {string.Join(", ", Enumerable.Repeat("1", 1_001))}"));

        refused.Message.ShouldContain("1,001 columns");
    }

    [Fact]
    public async Task Columns_of_one_name_are_told_apart()
    {
        var answer = await file.Warehouse.AskAsync("SELECT 1 AS x, 2 AS x, 3 AS x_1, 4 AS X", Token);

        answer.Columns.ShouldBe(["x", "x_1", "x_1_1", "X"]);
    }

    [Fact]
    public async Task Nested_too_deeply_is_a_refusal()
    {
        foreach (var sql in new[]
        {
            $"SELECT {new string('(', 20_000)}1{new string(')', 20_000)}",
            $"SELECT {string.Join('+', Enumerable.Repeat("1", 20_000))}",
            $"SELECT {string.Concat(Enumerable.Repeat("[", 20_000))}1{new string(']', 20_000)}",
            $"SELECT {new string(' ', 70_000)}1",
            string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 3_000)),
        })
        {
            try
            {
                await file.AskAsync(sql);
            }
            catch (UsageException)
            {
                // Taken or refused, and the process lives.
            }
        }

        await LoadAsync();
    }

    [Fact]
    public async Task Every_function_of_the_engine_that_does_more_than_compute_is_refused()
    {
        string[] harmless = ["gen_random_uuid", "random", "uuid", "uuidv4", "uuidv7"];

        var volatiles = await OwnAsync(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro') AND "
                + "(has_side_effects OR stability = 'VOLATILE')");

        volatiles.Except(harmless).Except(QueryFunctions.Refused).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_query_that_spills_still_answers()
    {
        var rows = await file.AskAsync(
            "SELECT COUNT(*) FROM (SELECT DISTINCT hash(range)::VARCHAR || '-' || range FROM range(2000000))");

        rows[0][0].ShouldBe(2_000_000L);
    }

    private Task<long> LoadAsync() => LoadAsync(file);

    /// <summary>Loads one row; how many there are then.</summary>
    private static async Task<long> LoadAsync(WarehouseFixture file)
    {
        await UploadAsync(file);
        return (long)(await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0]!;
    }

    private static async Task UploadAsync(WarehouseFixture file)
    {
        await using var upload = await file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "cost_versions", Guid.NewGuid().ToString("N"), Token);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(TableRowTests.Cost), Token);
        await upload.LoadAsync(Token);
    }

    /// <summary>What the engine says to a connection of the test's own.</summary>
    private async Task<IReadOnlyList<string>> OwnAsync(string sql)
    {
        await using var connection = file.Warehouse.File.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(
                string.Join(
                    '=',
                    Enumerable.Range(0, reader.FieldCount)
                        .Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
        }

        return rows;
    }

    /// <summary>Tells when somebody waits for it.</summary>
    private sealed class StartedTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _started.TrySetResult();
            return timer;
        }
    }
}
