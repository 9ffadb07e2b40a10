using System.Collections.Concurrent;
using DuckDB.NET.Data;
using EventPipeline.Load;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// The warehouse in one file. An upload is files beside it until its load appends them; a statement id is a row of a
/// table with a primary key, written in the statement's own transaction. An interrupted upload leaves only a file that
/// the next start removes.
/// </summary>
internal sealed class DuckDbWarehouse : IWarehouse, IAsyncDisposable
{
    // What DuckDB calls its own schemas and catalogs, this file's among them.
    private static readonly HashSet<string> Reserved =
        new(StringComparer.OrdinalIgnoreCase)
        {
            "warehouse", "main", "system", "temp", "information_schema", "pg_catalog",
        };

    private readonly string _uploads;
    private readonly IReadOnlyList<string> _datasets;
    private readonly DuckDbQueries _queries;
    private readonly SemaphoreSlim _statements = new(1);

    // Several appends at once need several times the memory, and one of them then fails at the limit.
    private readonly SemaphoreSlim _appends = new(1);

    // No table changes while the file is open. One append at a time uses them.
    private readonly ConcurrentDictionary<(string Dataset, string Table), TableRow> _rows = new();

    /// <summary>Opens or creates <c>warehouse.duckdb</c> in a folder, with every dataset's tables and views.</summary>
    /// <exception cref="UsageException">A dataset's name is one that DuckDB reserves.</exception>
    public DuckDbWarehouse(DataFolder folder, IOptions<DatasetOptions> datasets, TimeProvider time)
    {
        _uploads = Path.Combine(folder.Path, "uploads");
        _datasets = datasets.Value.All;
        if (_datasets.FirstOrDefault(Reserved.Contains) is { } reserved)
        {
            throw new UsageException(
                $"BIGQUERY_DATASET is '{reserved}', a name that the local database reserves for itself. "
                + "Choose another.");
        }

        if (Directory.Exists(_uploads))
        {
            Directory.Delete(_uploads, recursive: true);
        }

        Directory.CreateDirectory(_uploads);
        File = new DuckDbFile(folder.WarehouseFile);
        LocalSchema.Create(File, _datasets);
        File.Lock();
        _queries = new DuckDbQueries(File, _datasets, time);
    }

    /// <summary>The file, for tests that look into it directly.</summary>
    internal DuckDbFile File { get; }

    public Task<IUpload> StartUploadAsync(
        string dataset, string table, string loadId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StatementId.Require(loadId);
        var path = Path.Combine(_uploads, $"{dataset}.{table}.{loadId}.ndjson");
        return Task.FromResult<IUpload>(new DuckDbUpload(this, dataset, table, loadId, path));
    }

    public Task<IReadOnlyList<Row>> QueryAsync(
        string dataset, Statement statement, CancellationToken cancellationToken) =>
        _queries.BeforeQueriesAsync(
            () =>
            {
                using var connection = File.Open();
                using var command = Command(connection, dataset, statement);
                using var interruption = new Interruption(command, cancellationToken);
                using var reader = command.ExecuteReader();
                var rows = new List<Row>();
                while (reader.Read())
                {
                    rows.Add(new Row(Enumerable.Range(0, reader.FieldCount)
                        .ToDictionary(
                            reader.GetName, i => reader.IsDBNull(i) ? null : DuckDbValue.Plain(reader.GetValue(i)))));
                }

                return (IReadOnlyList<Row>)rows;
            },
            cancellationToken);

    public async Task<bool> ExecuteAsync(
        string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
    {
        StatementId.Require(statementId);

        // One statement at a time: otherwise two with one id at once would be a conflict instead of a repetition.
        await _statements.WaitAsync(cancellationToken);
        try
        {
            return await _queries.BeforeQueriesAsync(
                () => Execute(dataset, statementId, statement), cancellationToken);
        }
        finally
        {
            _statements.Release();
        }
    }

    /// <inheritdoc cref="DuckDbQueries.AskAsync"/>
    public Task<QueryAnswer> AskAsync(string sql, CancellationToken cancellationToken) =>
        _queries.AskAsync(sql, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _statements.Dispose();
        _appends.Dispose();
        _queries.Dispose();
        await File.DisposeAsync();
    }

    /// <summary>Appends pieces of a finished file to a table, all or none.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="table">The table.</param>
    /// <param name="loadId">The load that begins with these pieces; null if the load goes on.</param>
    /// <param name="file">The file: rows of newline-delimited JSON.</param>
    /// <param name="pieces">The pieces of it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">The table does not take a row.</exception>
    /// <exception cref="TransientFailureException">The load id has already been used.</exception>
    internal async Task AppendAsync(
        string dataset,
        string table,
        string? loadId,
        LineFile file,
        IReadOnlyList<DuckDbUpload.Piece> pieces,
        CancellationToken cancellationToken)
    {
        await _appends.WaitAsync(cancellationToken);
        try
        {
            await _queries.BeforeQueriesAsync(
                () => Append(dataset, table, loadId, file, pieces, cancellationToken), cancellationToken);
        }
        finally
        {
            _appends.Release();
        }
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

    private static bool Claim(DuckDBConnection connection, string id)
    {
        using var claim = connection.CreateCommand();
        claim.CommandText =
            "INSERT INTO local_statements SELECT $id WHERE NOT EXISTS (SELECT 1 FROM local_statements WHERE "
                + "statement_id = $id)";
        claim.Parameters.Add(new DuckDBParameter("id", id));
        return claim.ExecuteNonQuery() > 0;
    }

    private void Append(
        string dataset,
        string table,
        string? loadId,
        LineFile file,
        IReadOnlyList<DuckDbUpload.Piece> pieces,
        CancellationToken cancellationToken)
    {
        using var connection = File.Open();
        var row = _rows.GetOrAdd((dataset, table), name => new TableRow(connection, name.Dataset, name.Table));
        using var transaction = connection.BeginTransaction();
        if (loadId is not null && !Claim(connection, $"{dataset}.{table}.load.{loadId}"))
        {
            throw new TransientFailureException(
                $"The load id {loadId} has already loaded {dataset}.{table}. "
                + "None of this is visible; the window is read again.");
        }

        using (var appender = connection.CreateAppender(dataset, table))
        {
            using var lines = file.Open();
            foreach (var piece in pieces)
            {
                lines.GoTo(piece.Start, piece.Bytes);
                while (lines.TryRead(out var line))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    row.Append(appender, line);
                }
            }

            appender.Close();
        }

        transaction.Commit();
    }

    private bool Execute(string dataset, string statementId, Statement statement)
    {
        using var connection = File.Open();
        using var transaction = connection.BeginTransaction();
        if (!Claim(connection, $"{dataset}.{statementId}"))
        {
            return false;
        }

        using var command = Command(connection, dataset, statement);
        command.ExecuteNonQuery();
        transaction.Commit();
        return true;
    }
}
