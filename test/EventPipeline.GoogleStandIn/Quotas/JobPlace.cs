using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>A job's places, which it has until it is done.</summary>
internal sealed class JobPlace : IDisposable
{
    private readonly Stack<Lane> lanes = new();

    /// <summary>Why the job may not run; null when it may.</summary>
    public GoogleException? Refusal { get; set; }

    public void Take(Lane? lane)
    {
        if (lane is not null)
        {
            lanes.Push(lane);
        }
    }

    public void Dispose()
    {
        while (lanes.TryPop(out var lane))
        {
            lane.Leave();
        }
    }
}
