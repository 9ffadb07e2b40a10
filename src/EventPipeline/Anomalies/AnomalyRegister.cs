using EventPipeline.Load;

namespace EventPipeline.Anomalies;

/// <summary>The table <c>anomaly</c>: what was found, once each. Rows are only added.</summary>
internal sealed class AnomalyRegister(IWarehouse warehouse)
{
    private const int MaxRowsPerStatement = 400;

    /// <summary>
    /// Records what is not recorded yet. Two that find the same at the same time may both add it; the view shows it
    /// once.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="found">What was found.</param>
    /// <param name="runId">The run after which it was.</param>
    /// <param name="cancellationToken">Stops; what is recorded is not found again.</param>
    /// <returns>What this call recorded.</returns>
    public async Task<IReadOnlyList<Anomaly>> AddAsync(
        string dataset, IReadOnlyCollection<Anomaly> found, string runId, CancellationToken cancellationToken)
    {
        var added = new List<Anomaly>();
        foreach (var some in found.DistinctBy(one => one.Id).Chunk(MaxRowsPerStatement))
        {
            var known = (await warehouse.QueryAsync(
                dataset,
                Statement.Create("known_anomalies").WithList("ids", some.Select(one => one.Id)),
                cancellationToken)).Select(row => row.Text("anomaly_id")).ToHashSet();
            var news = some.Where(one => !known.Contains(one.Id)).ToList();
            if (news.Count > 0
                && await warehouse.ExecuteAsync(
                    dataset,
                    $"anomalies_{StatementId.HashOf(news.Select(one => one.Id))}",
                    Statement.Insert("insert_anomaly", [.. news.Select(one => Row(one, runId))]),
                    cancellationToken))
            {
                added.AddRange(news);
            }
        }

        return added;
    }

    private static Dictionary<string, object?> Row(Anomaly anomaly, string runId) => new()
    {
        ["anomaly_id"] = anomaly.Id,
        ["kind"] = anomaly.Kind,
        ["vendor"] = anomaly.Whose.Vendor,
        ["account_id"] = anomaly.Whose.AccountId,
        ["account"] = anomaly.Whose.Account,
        ["report"] = anomaly.Whose.Report,
        ["team"] = anomaly.Whose.Team,
        ["usage_date"] = anomaly.Day,
        ["value"] = anomaly.Value,
        ["expected"] = anomaly.Expected,
        ["unit"] = anomaly.Unit,
        ["reason"] = anomaly.Reason,
        ["run_id"] = runId,
    };
}
