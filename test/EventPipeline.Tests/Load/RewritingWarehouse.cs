using System.Text;
using EventPipeline.Load;

namespace EventPipeline.Tests.Load;

/// <summary>Changes rows on their way, as no warehouse should.</summary>
internal sealed class RewritingWarehouse(IWarehouse inner, string from, string to) : IWarehouse
{
    public async Task<IUpload> StartUploadAsync(
        string dataset, string table, string loadId, CancellationToken cancellationToken) =>
        new RewritingUpload(await inner.StartUploadAsync(dataset, table, loadId, cancellationToken), from, to);

    public Task<IReadOnlyList<Row>> QueryAsync(
        string dataset, Statement statement, CancellationToken cancellationToken) =>
        inner.QueryAsync(dataset, statement, cancellationToken);

    public Task<bool> ExecuteAsync(
        string dataset, string statementId, Statement statement, CancellationToken cancellationToken) =>
        inner.ExecuteAsync(dataset, statementId, statement, cancellationToken);

    private sealed class RewritingUpload(IUpload inner, string from, string to) : IUpload
    {
        public void Begin(int part) => inner.Begin(part);

        public void LeaveOut(int part) => inner.LeaveOut(part);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
        {
            var text = Encoding.UTF8.GetString(row.Span).Replace(from, to, StringComparison.Ordinal);
            return inner.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }

        public Task LoadAsync(CancellationToken cancellationToken) => inner.LoadAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
