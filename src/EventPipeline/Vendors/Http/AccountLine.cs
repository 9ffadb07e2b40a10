using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// The line in which one account's requests wait for their turn, first come, first served, as fast as its
/// <see cref="RequestQuota"/> and its <see cref="RequestRate"/> allow.
/// </summary>
/// <param name="account">Whose requests: <c>vendor/account</c>.</param>
/// <param name="limit">How many requests the vendor documents; null where it documents nothing.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountLine(string account, RequestLimit? limit, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly RequestRate _rate = new();
    private readonly RequestQuota _quota = new(limit);
    private ITimer? _timer;

    /// <summary>How many requests wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>Waits for the request's turn. A caller that gets one reports how it ended.</summary>
    /// <exception cref="TransientFailureException">
    /// The turn does not come before the deadline: nothing was sent.
    /// </exception>
    public async ValueTask<RequestRate.Turn> EnterAsync(DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_waiters.Count == 0 && NextTurn(now) <= now)
            {
                return Begin(now);
            }

            if (_rate.HeldOffUntil >= deadline)
            {
                throw TooLate();
            }

            node = _waiters.AddLast(new Waiter(deadline));
            Move();
        }

        await using var cancellation = cancellationToken.Register(() => Leave(node, cancellationToken));
        return await node.Value.Turn.Task;
    }

    /// <summary>Reports how the request ended, and lets the next one go.</summary>
    public void Leave(Action<RequestRate> end)
    {
        lock (_lock)
        {
            end(_rate);
            Move();
        }
    }

    /// <summary>Whether the account is held off beyond this time, UTC.</summary>
    public bool IsHeldOffUntil(DateTimeOffset deadline)
    {
        lock (_lock)
        {
            return _rate.HeldOffUntil >= deadline;
        }
    }

    private void Leave(LinkedListNode<Waiter> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _waiters.Remove(node);
                node.Value.Turn.TrySetCanceled(cancellationToken);
                Move();
            }
        }
    }

    /// <summary>
    /// Releases requests whose turn has come, rejects those whose deadline has passed, and arranges the next call.
    /// </summary>
    private void Move()
    {
        var now = time.GetUtcNow();
        DateTimeOffset? next;
        while ((next = NextTurn(now)) <= now && _waiters.First is { } first)
        {
            _waiters.RemoveFirst();
            first.Value.Turn.TrySetResult(Begin(now));
        }

        for (var node = _waiters.First; node is not null;)
        {
            var (waiter, following) = (node.Value, node.Next);
            if (waiter.Deadline <= now || waiter.Deadline <= _rate.HeldOffUntil)
            {
                _waiters.Remove(node);
                waiter.Turn.TrySetException(TooLate());
            }

            node = following;
        }

        if (_waiters.Count > 0)
        {
            var earliest = _waiters.Min(waiter => waiter.Deadline);
            var due = next < earliest ? next.Value : earliest;
            _timer ??= time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(RoundUp(due - now), Timeout.InfiniteTimeSpan);
        }
    }

    private DateTimeOffset? NextTurn(DateTimeOffset now) =>
        _rate.NextTurn(now) is not { } allowed
            ? null
            : _quota.NextTurn(now) is var granted && granted > allowed ? granted : allowed;

    private RequestRate.Turn Begin(DateTimeOffset now)
    {
        _quota.Begin(now);
        return _rate.Begin(now);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            Move();
        }
    }

    private TransientFailureException TooLate() => new(
        _rate.HeldOffUntil > time.GetUtcNow()
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the vendor refused {account} with 429 ({_rate.Refusals} in a row), so it has to wait until "
                    + $"{_rate.HeldOffUntil.UtcDateTime:O}, "
                    + $"past the end of this attempt: nothing was sent.")
            : $"the vendor limits how fast {account} may ask{(limit is null ? " (429)" : "")}, and the request's "
                + "turn did not come before the end of this "
                + "attempt: nothing was sent.")
    {
        IsOutOfTime = true,
    };

    // Timers count whole milliseconds: one that fires early would fire again at once.
    private static TimeSpan RoundUp(TimeSpan wait) =>
        wait.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? wait
            : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));

    private sealed class Waiter(DateTimeOffset deadline)
    {
        public DateTimeOffset Deadline { get; } = deadline;

        public TaskCompletionSource<RequestRate.Turn> Turn { get; } = new(
            TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
