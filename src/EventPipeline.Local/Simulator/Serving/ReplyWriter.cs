using System.Globalization;
using System.Text;
using EventPipeline.Local.Simulator.Faults;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Serving;

/// <summary>Puts an answer on the wire, or as much of it as a fault lets through.</summary>
internal static class ReplyWriter
{
    private static readonly byte[] Garbage = "<html><body>SIMULATED gateway page</body></html>"u8.ToArray();

    /// <summary>Sends an answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="retryAfter">Seconds for Retry-After; null for no header.</param>
    /// <param name="fault">What goes wrong; null for nothing.</param>
    /// <param name="stopping">Releases clients that wait forever.</param>
    public static async Task SendAsync(
        HttpContext context, SimulatedReply reply, int? retryAfter, FaultRule? fault, CancellationToken stopping)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = "application/json";
        if (retryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (reply.Status == StatusCodes.Status204NoContent)
        {
            response.ContentType = null;
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(reply.Lines is { } lines
            ? string.Concat(reply.Body[lines]!.AsArray().Select(line => $"{line!.ToJsonString()}\n"))
            : reply.Body.ToJsonString());
        try
        {
            switch (fault?.Kind)
            {
                case FaultKinds.Reset:
                    context.Abort();
                    return;
                case FaultKinds.Truncate:
                    await WriteHalfAsync();
                    return; // Kestrel closes the connection of an answer that is too short.
                case FaultKinds.Stall:
                    await WriteHalfAsync();
                    await Task.Delay(Timeout.InfiniteTimeSpan, gone.Token);
                    return;
                case FaultKinds.SlowHeaders:
                    await Task.Delay(
                        fault.Seconds is { } wait ? TimeSpan.FromSeconds(wait) : Timeout.InfiniteTimeSpan, gone.Token);
                    break;
                case FaultKinds.TruncateJson:
                    bytes = bytes[..(bytes.Length / 2)];
                    break;
                case FaultKinds.Garbage:
                    (response.StatusCode, response.ContentType, bytes) = (
                        StatusCodes.Status200OK, "text/html", Garbage);
                    break;
                default:
                    break;
            }

            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            context.Abort();
        }

        async Task WriteHalfAsync()
        {
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), gone.Token);
            await response.Body.FlushAsync(gone.Token);
        }
    }
}
