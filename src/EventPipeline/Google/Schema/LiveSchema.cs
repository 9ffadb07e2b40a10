using EventPipeline.Google.BigQuery;
using Polly;
using Polly.Retry;

namespace EventPipeline.Google.Schema;

/// <summary>The datasets in BigQuery: how they differ from what is expected, and how to change that.</summary>
internal sealed class LiveSchema(BigQueryClient client, BigQueryJobs jobs, TimeProvider clock)
{
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["service"] = "eventpipeline",
        ["statement"] = "schema",
    };

    // Every statement may be repeated: IF NOT EXISTS, OR REPLACE, SET OPTIONS. A table takes five changes in ten
    // seconds; and where two create one at once, one may get the answer that it exists.
    private readonly ResiliencePipeline _repeated = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder()
                .Handle<BigQueryException>(failure => failure.IsWorthAnotherJob || failure.Error.Reason == "duplicate"),
            MaxRetryAttempts = 5,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>Compares a dataset with what is expected.</summary>
    /// <exception cref="BigQueryException">BigQuery refused the request, or did not respond.</exception>
    public async Task<IReadOnlyList<Difference>> CompareAsync(
        string dataset, ExpectedSchema expected, CancellationToken cancellationToken)
    {
        var live = await ReadAsync(dataset, expected, cancellationToken);
        return new DatasetComparison(new DatasetName(client.Project, dataset), expected, live).Compare(client.Location);
    }

    /// <summary>Runs one statement of <see cref="Upgrade.Statements"/> to its end.</summary>
    /// <exception cref="BigQueryException">It failed, or its start got no response.</exception>
    public async Task ApplyAsync(string statement, CancellationToken cancellationToken) => await _repeated.ExecuteAsync(
        async token => await jobs.RunAsync($"schema-{Guid.NewGuid():N}", statement, Labels, token), cancellationToken);

    // INFORMATION_SCHEMA may show changes late; datasets.get and tables.get show them at once.
    private async Task<LiveDataset> ReadAsync(
        string dataset, ExpectedSchema expected, CancellationToken cancellationToken)
    {
        if (await client.GetDatasetAsync(dataset, cancellationToken) is not { } found)
        {
            return new LiveDataset(null, []);
        }

        var names = expected.Tables.Select(table => table.Name).Concat(expected.Views.Select(view => view.Name));
        var tables = await Task.WhenAll(names.Select(name => client.GetTableAsync(dataset, name, cancellationToken)));
        return new LiveDataset(found.Location ?? client.Location, [.. tables.OfType<Table>().Select(LiveTable.Read)]);
    }
}
