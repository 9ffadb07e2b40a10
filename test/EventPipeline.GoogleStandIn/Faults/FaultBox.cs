using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Faults;

/// <summary>The faults that are planned, and what is held by them. They do not survive a restart.</summary>
internal sealed class FaultBox(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly List<Planned> planned = [];
    private TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int last;

    /// <summary>Plans a fault; answers its number.</summary>
    public int Add(Fault fault)
    {
        lock (gate)
        {
            planned.Add(new Planned(++last, fault));
            return last;
        }
    }

    /// <summary>Lets everything go on that is held, and forgets all faults.</summary>
    public void Mend()
    {
        lock (gate)
        {
            planned.Clear();
            released.SetResult();
            released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Every fault with how often it was hit; a hold counts when it is reached.</summary>
    public JsonArray List()
    {
        lock (gate)
        {
            return [.. planned.Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["operation"] = one.Fault.Operation,
                ["contains"] = one.Fault.Contains,
                ["when"] = one.Fault.When,
                ["action"] = one.Fault.Action,
                ["hits"] = one.Hits,
            })];
        }
    }

    /// <summary>
    /// Lets a request meet its fault. Answers what is to be sent in place of the answer; null to go on.
    /// </summary>
    public async Task<IResult?> MeetAsync(Call call, bool after)
    {
        var (fault, release) = Take(call.Operation, after, [call.Address, call.Text, call.About]);
        switch (fault?.Action)
        {
            case "drop":
                call.Http.Abort();
                throw new OperationCanceledException("A fault dropped the connection.", call.Aborted);
            case "hold":
                await release.WaitAsync(call.Aborted);
                return null;
            case "delay":
                await Task.Delay(TimeSpan.FromMilliseconds(fault.Milliseconds), time, call.Aborted);
                return null;
            case "status":
                // The rest of an upload is read first, as a server that fails late does.
                await call.Http.Request.Body.CopyToAsync(Stream.Null, call.Aborted);
                return Answer.Error(ErrorOf(fault));
            default:
                return null;
        }
    }

    /// <summary>Lets a job meet its fault: it is held, delayed, or fails with the fault's reason.</summary>
    public async Task MeetAsync(string job, bool after, CancellationToken cancellationToken)
    {
        var (fault, release) = Take(Operations.JobRun, after, [job]);
        switch (fault?.Action)
        {
            case "hold":
                await release.WaitAsync(cancellationToken);
                break;
            case "delay":
                await Task.Delay(TimeSpan.FromMilliseconds(fault.Milliseconds), time, cancellationToken);
                break;
            case "status" when !after:
                throw ErrorOf(fault);
        }
    }

    private static GoogleException ErrorOf(Fault fault)
    {
        var reason = fault.Reason ?? fault.Status switch
        {
            400 => "invalid",
            401 => "authError",
            403 => "accessDenied",
            404 => "notFound",
            409 => "duplicate",
            429 => "rateLimitExceeded",
            500 => "internalError",
            _ => "backendError",
        };
        return new GoogleException(
            fault.Status, reason, fault.Message ?? $"The stand-in was told to fail with {fault.Status} {reason}.");
    }

    private (Fault? Fault, Task Release) Take(string operation, bool after, IReadOnlyList<string> texts)
    {
        lock (gate)
        {
            foreach (var one in planned.Where(one => one.Fault.When == (after ? "after" : "before")
                && (one.Fault.Operation == "*" || one.Fault.Operation == operation)
                && (
                    one.Fault.Contains is not { Length: > 0 } text
                        || texts.Any(t => t.Contains(text, StringComparison.Ordinal)))))
            {
                if (one.Take())
                {
                    return (one.Fault, released.Task);
                }
            }

            return (null, Task.CompletedTask);
        }
    }

    private sealed class Planned(int id, Fault fault)
    {
        private int seen;

        public int Id => id;

        public Fault Fault => fault;

        public int Hits { get; private set; }

        public bool Take()
        {
            if (++seen <= fault.Skip || (fault.Times > 0 && Hits >= fault.Times))
            {
                return false;
            }

            Hits++;
            return true;
        }
    }
}
