using EventPipeline.Load;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EventPipeline.Hosting;

/// <summary>The warehouse answers.</summary>
internal sealed class WarehouseCheck(IWarehouse warehouse, IOptions<DatasetOptions> datasets) : IHealthCheck
{
    public const string Name = "warehouse";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken)
    {
        await warehouse.QueryAsync(datasets.Value.Dataset, Statement.Create("ping"), cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
