using EventPipeline.Load;

namespace EventPipeline.Tests.Service;

/// <summary>The real warehouse, with failures where a test wants them.</summary>
internal sealed class InterceptedWarehouse(IWarehouse inner) : IWarehouse
{
    private int _calls;

    /// <summary>
    /// How often anything was asked of it, but for how fresh the data is, which the service asks by itself.
    /// </summary>
    public int Calls => _calls;

    /// <inheritdoc/>
    public int? MaxLoadsPerDay { get; set; }

    /// <inheritdoc/>
    public int? MaxInsertsPerMinute => MaxLoadsPerDay is null ? null : 150;

    /// <summary>Called before a query or an insert; fails it by throwing.</summary>
    public Action<Statement> Before { get; set; } = _ => { };

    /// <summary>Called after an insert has happened; loses its answer by throwing.</summary>
    public Action<Statement> After { get; set; } = _ => { };

    /// <summary>Called before a table's upload is loaded; fails it by throwing.</summary>
    public Action<string> BeforeLoad { get; set; } = _ => { };

    /// <summary>Whether a row of a table gets lost on its way.</summary>
    public Func<string, bool> Loses { get; set; } = _ => false;

    /// <summary>Everything works again.</summary>
    public void Mend() => (Before, After, BeforeLoad, Loses) = (_ => { }, _ => { }, _ => { }, _ => false);

    public async Task<IUpload> StartUploadAsync(
        string dataset, string table, string loadId, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return new Upload(this, table, await inner.StartUploadAsync(dataset, table, loadId, cancellationToken));
    }

    public Task<IReadOnlyList<Row>> QueryAsync(string dataset, Statement statement, CancellationToken cancellationToken)
    {
        if (statement.Name != "freshness")
        {
            Interlocked.Increment(ref _calls);
        }

        Before(statement);
        return inner.QueryAsync(dataset, statement, cancellationToken);
    }

    public async Task<bool> ExecuteAsync(
        string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Before(statement);
        var isFirst = await inner.ExecuteAsync(dataset, statementId, statement, cancellationToken);
        After(statement);
        return isFirst;
    }

    private sealed class Upload(InterceptedWarehouse warehouse, string table, IUpload inner) : IUpload
    {
        public void Begin(int part) => inner.Begin(part);

        public void LeaveOut(int part) => inner.LeaveOut(part);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken) =>
            warehouse.Loses(table) ? ValueTask.CompletedTask : inner.WriteAsync(row, cancellationToken);

        public Task LoadAsync(CancellationToken cancellationToken)
        {
            warehouse.BeforeLoad(table);
            return inner.LoadAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
