using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace EventPipeline.Local.DuckDb;

/// <summary>
/// A person's queries, one at a time. They share the file's memory with loads, which take precedence: a load that finds
/// none left cancels the running query and is repeated.
/// </summary>
internal sealed class DuckDbQueries(DuckDbFile file, IReadOnlyList<string> datasets, TimeProvider time) : IDisposable
{
    /// <summary>The most rows of an answer.</summary>
    internal const int MaxRows = 100_000;

    /// <summary>The most columns of an answer.</summary>
    private const int MaxColumns = 1_000;

    /// <summary>The most characters of an answer's texts.</summary>
    private const long MaxCharacters = 64 * 1024 * 1024;

    /// <summary>How long a query may take.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);

    private readonly SelectCheck _check = new(datasets);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _yielding;

    /// <summary>Runs one SELECT, in a transaction that can only read.</summary>
    /// <exception cref="UsageException">It is not one SELECT over the data, is wrong, or takes too much; the message
    /// says what to do.</exception>
    public async Task<QueryAnswer> AskAsync(string sql, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        using var late = new CancellationTokenSource(MaxTime, time);
        using var yielding = new CancellationTokenSource();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            late.Token, yielding.Token, cancellationToken);
        SetYielding(yielding);
        try
        {
            return await Task.Run(() => Ask(sql, ended.Token), ended.Token);
        }
        catch (Exception ex) when (ended.IsCancellationRequested && ex is DuckDBException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new UsageException(yielding.IsCancellationRequested
                ? "The query was cancelled because a load needed its memory. "
                    + "Try again later, or query less: fewer days, or sums."
                : $"The query took longer than {MaxTime.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s "
                    + "and was cancelled. Query less: fewer days, or sums.");
        }
        catch (DuckDBException failure)
        {
            throw new UsageException(failure.ErrorType == DuckDBErrorType.OutOfMemory
                ? "The query needs more memory or temporary space than it may use. "
                    + $"Query less: fewer days, or sums. ({FirstLine(failure)})"
                : $"The query failed: {failure.Message}");
        }
        finally
        {
            SetYielding(null);
            _one.Release();
        }
    }

    /// <summary>
    /// Does work that must not fail because of a query: if memory runs short, cancels the running query and repeats the
    /// work.
    /// </summary>
    public async Task<T> BeforeQueriesAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (DuckDBException failure) when (failure.ErrorType == DuckDBErrorType.OutOfMemory && Yield())
        {
            await _one.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, cancellationToken);
            }
            finally
            {
                _one.Release();
            }
        }
    }

    /// <inheritdoc cref="BeforeQueriesAsync{T}"/>
    public Task BeforeQueriesAsync(Action work, CancellationToken cancellationToken) => BeforeQueriesAsync(
        () =>
        {
            work();
            return true;
        },
        cancellationToken);

    public void Dispose() => _one.Dispose();

    private static string FirstLine(DuckDBException failure) => failure.Message.Split('\n')[0];

    private QueryAnswer Ask(string sql, CancellationToken ended)
    {
        using var connection = file.Open();
        DuckDbFile.Run(connection, $"SET search_path = {SqlName.Text(SqlName.Quoted(datasets[0]))}");
        DuckDbFile.Run(connection, "BEGIN TRANSACTION READ ONLY");
        _check.Check(connection, sql);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var interruption = new Interruption(command, ended);
        using var reader = command.ExecuteReader();
        if (reader.FieldCount > MaxColumns)
        {
            throw new UsageException(
                $"The result has {reader.FieldCount.ToString("N0", CultureInfo.InvariantCulture)} columns; "
                + $"at most {MaxColumns.ToString("N0", CultureInfo.InvariantCulture)} are returned. "
                + "Name the columns that you need.");
        }

        var columns = Distinct(Enumerable.Range(0, reader.FieldCount).Select(reader.GetName));
        var rows = new List<IReadOnlyList<object?>>();
        var characters = 0L;
        while (reader.Read())
        {
            ended.ThrowIfCancellationRequested();
            var row = columns.Select((column, i) => Value(reader, i, column)).ToArray();
            characters += row.Sum(Weight);
            if (rows.Count == MaxRows || characters > MaxCharacters)
            {
                throw new UsageException(
                    $"The result has more than {MaxRows.ToString("N0", CultureInfo.InvariantCulture)} rows "
                    + "or 64 MiB of text. Query sums (GROUP BY), fewer days (WHERE), or a part at a time "
                    + "(ORDER BY … LIMIT … OFFSET …).");
            }

            rows.Add(row);
        }

        ended.ThrowIfCancellationRequested();
        return new QueryAnswer(columns, rows);
    }

    /// <summary>
    /// About how many characters a value is as text; lists and structures with all that they contain.
    /// </summary>
    private static long Weight(object? value) => value switch
    {
        string text => text.Length,
        IDictionary<string, object?> map => map.Sum(pair => pair.Key.Length + Weight(pair.Value)),
        IEnumerable<object?> list => list.Sum(item => 16 + Weight(item)),
        _ => 16,
    };

    /// <summary>Names that distinguish columns: <c>vendor</c>, <c>vendor_1</c>.</summary>
    private static List<string> Distinct(IEnumerable<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. names.Select(Free)];

        string Free(string name)
        {
            while (true)
            {
                var count = counts.GetValueOrDefault(name);
                counts[name] = count + 1;
                var free = count == 0 ? name : FormattableString.Invariant($"{name}_{count}");
                if (taken.Add(free))
                {
                    return free;
                }
            }
        }
    }

    private static object? Value(DuckDBDataReader reader, int i, string column)
    {
        try
        {
            return reader.IsDBNull(i) ? null : DuckDbValue.Plain(reader.GetValue(i));
        }
        catch (Exception failure) when (failure is not (DuckDBException or OperationCanceledException))
        {
            throw new UsageException(
                $"The column '{Shown.Plain(column, 100)}' has a value that cannot be shown as it is "
                + $"({failure.Message}). Use CAST(… AS VARCHAR).");
        }
    }

    private void SetYielding(CancellationTokenSource? yielding)
    {
        lock (_gate)
        {
            _yielding = yielding;
        }
    }

    private bool Yield()
    {
        lock (_gate)
        {
            _yielding?.Cancel();
            return _yielding is not null;
        }
    }
}

/// <summary>The answer to a person's query.</summary>
/// <param name="Columns">The columns' names, in order.</param>
/// <param name="Rows">The rows, each with a value per column.</param>
internal sealed record QueryAnswer(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
