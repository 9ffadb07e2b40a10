using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Service;

/// <summary>Holds what the vendor is asked for cost until it opens, then answers.</summary>
internal sealed class VendorGate : IDisposable
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    /// <summary>How many requests it has seen.</summary>
    public int Held => _held;

    public async Task HoldAsync(HttpContext context)
    {
        Interlocked.Increment(ref _held);
        _reached.TrySetResult();
        await _open.Task.WaitAsync(context.RequestAborted);
        await VendorServer.WriteAsync(
            context, VendorServer.Buckets(context.Request.Query, CostRows.Of), StatusCodes.Status200OK);
    }

    /// <summary>Returns once the vendor was asked.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(TestContext.Current.CancellationToken);

    public void Open() => _open.TrySetResult();

    public void Dispose() => Open();
}
