using EventPipeline.Google.BigQuery;
using EventPipeline.Google.Schema;
using EventPipeline.Load;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// Something that speaks BigQuery's API, with a dataset that has our tables, one for all tests of a class. It is asked
/// through the service's own client, which is registered and configured as the service does it.
/// </summary>
public abstract class WarehouseServer : IAsyncLifetime
{
    public const string Project = "contract";
    public const string Dataset = Question.Dataset;

    private ServiceProvider? services;

    internal IWarehouse Warehouse => services!.GetRequiredService<IWarehouse>();

    internal LiveSchema Schema => services!.GetRequiredService<LiveSchema>();

    internal BigQueryClient Client => services!.GetRequiredService<BigQueryClient>();

    public async ValueTask InitializeAsync()
    {
        if (await StartAsync() is not { } host)
        {
            return;
        }

        var settings = new Dictionary<string, string?>
        {
            ["BIGQUERY_EMULATOR_HOST"] = host,
            ["GOOGLE_CLOUD_PROJECT"] = Project,
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddBigQuery(configuration)
            .AddTransient<LiveSchema>()
            .BuildServiceProvider();
        await MakeTablesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }

        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the test, saying why, where there is no server.</summary>
    public abstract void Require();

    /// <summary>Starts it; answers what <c>BIGQUERY_EMULATOR_HOST</c> takes, or null where there is none.</summary>
    private protected abstract Task<string?> StartAsync();

    /// <summary>Makes the tables, and the views that it can serve.</summary>
    private protected abstract Task MakeTablesAsync();

    private protected abstract ValueTask StopAsync();
}
