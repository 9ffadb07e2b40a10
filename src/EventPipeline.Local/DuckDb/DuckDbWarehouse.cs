using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// The warehouse in one file. An upload is files beside it until its load appends them; a statement id is a row of a table
/// with a primary key, written in the statement's own transaction. What was cut off leaves nothing but a file that the next start removes.
/// </summary>
internal sealed class DuckDbWarehouse : IWarehouse, IAsyncDisposable
{
    private readonly string _uploads;
    private readonly string _connectionString;
    private readonly IReadOnlyList<string> _datasets;
    private readonly DuckDBConnection _keepOpen;
    private readonly SemaphoreSlim _statements = new(1);

    // Several appends at once need several times the memory, and one of them then fails at the limit.
    private readonly SemaphoreSlim _appends = new(1);

    /// <summary>Opens or creates <c>warehouse.duckdb</c> in a folder, with every dataset's tables and views.</summary>
    public DuckDbWarehouse(DataFolder folder, IOptions<DatasetOptions> datasets)
    {
        _uploads = Path.Combine(folder.Path, "uploads");
        _datasets = datasets.Value.All;
        if (Directory.Exists(_uploads))
        {
            Directory.Delete(_uploads, recursive: true);
        }

        Directory.CreateDirectory(_uploads);
        _connectionString = $"Data Source={folder.WarehouseFile};memory_limit=256MB;preserve_insertion_order=false";
        _keepOpen = Open();
        CreateSchema();
    }

    public Task<IUpload> StartUploadAsync(string dataset, string table, string loadId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IUpload>(new DuckDbUpload(this, dataset, table, Path.Combine(_uploads, $"{dataset}.{table}.{loadId}")));
    }

    public Task<IReadOnlyList<Row>> QueryAsync(string dataset, Statement statement, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var connection = Open();
                using var command = Command(connection, dataset, statement);
                using var cancelled = cancellationToken.Register(command.Cancel);
                using var reader = command.ExecuteReader();
                var rows = new List<Row>();
                while (reader.Read())
                {
                    rows.Add(new Row(Enumerable.Range(0, reader.FieldCount)
                        .ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : Plain(reader.GetValue(i)))));
                }

                return (IReadOnlyList<Row>)rows;
            },
            cancellationToken);

    public async Task ExecuteAsync(string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
    {
        // One statement at a time: two of one id at once would otherwise be a conflict instead of a repetition.
        await _statements.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Execute(dataset, statementId, statement), cancellationToken);
        }
        finally
        {
            _statements.Release();
        }
    }

    /// <summary>Runs any query of a person, in a transaction that can only read.</summary>
    public Task<QueryAnswer> AskAsync(string sql, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var connection = Open();
            Run(connection, $"SET search_path = '{_datasets[0]}'");
            Run(connection, "BEGIN TRANSACTION READ ONLY");
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var cancelled = cancellationToken.Register(command.Cancel);
            using var reader = command.ExecuteReader();
            var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
            var rows = new List<IReadOnlyList<object?>>();
            while (reader.Read())
            {
                rows.Add([.. columns.Select((_, i) => reader.IsDBNull(i) ? null : Plain(reader.GetValue(i)))]);
            }

            return new QueryAnswer(columns, rows);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _statements.Dispose();
        _appends.Dispose();
        await _keepOpen.DisposeAsync();
    }

    /// <summary>Appends a finished file to a table in one statement.</summary>
    internal async Task AppendAsync(string dataset, string table, string path, CancellationToken cancellationToken)
    {
        await _appends.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Append(dataset, table, path, cancellationToken), cancellationToken);
        }
        finally
        {
            _appends.Release();
        }
    }

    private static List<(string Name, string Type)> Columns(DuckDBConnection connection, string dataset, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            $"SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = '{dataset}' AND table_name = '{table}'";
        using var reader = command.ExecuteReader();
        var columns = new List<(string, string)>();
        while (reader.Read())
        {
            columns.Add((reader.GetString(0), reader.GetString(1)));
        }

        return columns;
    }

    private static DuckDBCommand Command(DuckDBConnection connection, string dataset, Statement statement)
    {
        var command = connection.CreateCommand();
        command.CommandText = GoogleSql.ToDuckDb(statement.Sql, dataset);
        foreach (var (name, value) in statement.Parameters)
        {
            object bound = value switch
            {
                null => DBNull.Value,
                DateTimeOffset time => time.UtcDateTime,
                _ => value,
            };
            command.Parameters.Add(new DuckDBParameter(name, bound));
        }

        return command;
    }

    private static object Plain(object value) => value switch
    {
        BigInteger big when big >= long.MinValue && big <= long.MaxValue => (long)big,
        BigInteger big => big.ToString(CultureInfo.InvariantCulture),
        int or short or sbyte or uint or ushort or byte => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => value,
    };

    private static void Run(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Append(string dataset, string table, string path, CancellationToken cancellationToken)
    {
        using var connection = Open();
        var columns = string.Join(", ", Columns(connection, dataset, table).Select(c => $"{c.Name}: '{c.Type}'"));
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            INSERT INTO "{dataset}"."{table}" BY NAME
            SELECT * FROM read_json('{path.Replace("'", "''", StringComparison.Ordinal)}',
              format = 'newline_delimited', columns = {"{"} {columns} {"}"}, maximum_object_size = 16777216)
            """;
        using var cancelled = cancellationToken.Register(command.Cancel);
        command.ExecuteNonQuery();
    }

    private void Execute(string dataset, string statementId, Statement statement)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        using var claim = connection.CreateCommand();
        claim.CommandText = "INSERT INTO local_statements SELECT $id WHERE NOT EXISTS (SELECT 1 FROM local_statements WHERE statement_id = $id)";
        claim.Parameters.Add(new DuckDBParameter("id", $"{dataset}.{statementId}"));
        if (claim.ExecuteNonQuery() == 0)
        {
            return;
        }

        using var command = Command(connection, dataset, statement);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private void CreateSchema()
    {
        Run(_keepOpen, "SET GLOBAL TimeZone = 'UTC'");
        Run(_keepOpen, "CREATE TABLE IF NOT EXISTS local_statements (statement_id VARCHAR PRIMARY KEY)");
        foreach (var dataset in _datasets)
        {
            Run(_keepOpen, $"CREATE SCHEMA IF NOT EXISTS \"{dataset}\"");
            foreach (var file in Statement.Files("tables"))
            {
                Run(_keepOpen, GoogleSql.ToDuckDb(Statement.Text(file), dataset));
            }

            SchemaUpgrade.Apply(_keepOpen, dataset);
            foreach (var file in Statement.Files("views"))
            {
                Run(_keepOpen, GoogleSql.ToDuckDb(Statement.Text(file), dataset));
            }
        }
    }

    private DuckDBConnection Open()
    {
        var connection = new DuckDBConnection(_connectionString);
        connection.Open();
        return connection;
    }
}

/// <summary>The answer to a person's query.</summary>
/// <param name="Columns">The columns' names, in order.</param>
/// <param name="Rows">The rows, each with a value per column.</param>
internal sealed record QueryAnswer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
