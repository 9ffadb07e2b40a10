using EventPipeline.Load;

namespace EventPipeline.Google.BigQuery;

internal sealed class BigQueryWarehouse(BigQueryClient client, BigQueryJobs jobs, TimeProvider clock) : IWarehouse
{
    public Task<IUpload> StartUploadAsync(string dataset, string table, string loadId, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<Row>> QueryAsync(string dataset, Statement statement, CancellationToken cancellationToken) => throw new NotImplementedException($"{client}{jobs}{clock}");

    public Task ExecuteAsync(string dataset, string statementId, Statement statement, CancellationToken cancellationToken) => throw new NotImplementedException();
}
