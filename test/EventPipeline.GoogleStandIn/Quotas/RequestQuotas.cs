using System.Collections.Concurrent;
using EventPipeline.GoogleStandIn.Faults;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>
/// How often BigQuery's methods are called, and how many calls there are at once. All callers are one user, since the
/// stand-in knows one service account.
/// </summary>
internal sealed class RequestQuotas(CurrentLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Rate> methods = new(StringComparer.Ordinal);

    /// <summary>All calls at once.</summary>
    public Lane Calls { get; } = new();

    public IEnumerable<(string Method, int Peak, int Limit)> All =>
        methods.Select(pair => (pair.Key, pair.Value.Peak, LimitOf(pair.Key)));

    /// <summary>The method of BigQuery that an operation calls; null where it is not one that is counted.</summary>
    public static string? MethodOf(string operation) => operation switch
    {
        // The bytes of an upload follow within its protocol; its start is the call.
        Operations.UploadStart or Operations.UploadMultipart => "jobs.insert",
        Operations.UploadChunk or Operations.UploadFinish or Operations.UploadStatus or Operations.UploadCancel => null,
        _ => operation.Split('.')[0] is "datasets" or "tables" or "jobs" ? operation : null,
    };

    /// <summary>Counts a call, which <see cref="Lane.Leave"/> of <see cref="Calls"/> ends.</summary>
    /// <exception cref="Http.GoogleException">There are too many.</exception>
    public void Enter(string method)
    {
        if (!methods.GetOrAdd(method, _ => new Rate(time, TimeSpan.FromSeconds(1))).TryAdd(LimitOf(method)))
        {
            throw QuotaErrors.Requests();
        }

        if (Calls.Enter(limits.Values.ConcurrentRequests, mostWaiting: 0) is null)
        {
            throw QuotaErrors.ConcurrentRequests();
        }
    }

    private int LimitOf(string method) => method switch
    {
        "jobs.get" => limits.Values.JobsGetPerSecond,
        "tables.insert" => limits.Values.TablesInsertPerSecond,
        _ => limits.Values.RequestsPerMethodAndSecond,
    };
}
