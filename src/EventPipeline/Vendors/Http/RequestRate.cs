namespace EventPipeline.Vendors.Http;

/// <summary>
/// What one account's 429s have taught: until when nothing is sent, how many requests may be under way, and how far
/// apart they begin. Nothing limits an account that was not refused recently. Not thread-safe.
/// </summary>
/// <remarks>
/// After a refusal one request at a time tries, each wait longer than the last, until one is answered. The rate it
/// allows follows from how many were answered before and how long it took until the vendor answered again; requests
/// keep to it, a little faster after every answer.
/// </remarks>
internal sealed class RequestRate
{
    // A bogus Retry-After must not block an account for days.
    private static readonly TimeSpan MaxHoldOff = TimeSpan.FromMinutes(15);
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), 3, TimeSpan.FromSeconds(60), Jitter: 0.5);
    private static readonly TimeSpan MinRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxSpacing = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MinSpacing = TimeSpan.FromMilliseconds(5);

    // Vendors count by the second or the minute; what was answered before says nothing about their limit.
    private static readonly TimeSpan Lookback = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    // Between two requests of a busy account, a body is read and a window is loaded: that takes less.
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(15);
    private const int MaxAnswers = 10_000;
    private const int MaxCounted = 64;

    private readonly Queue<Turn> _answered = new();
    private (Turn From, int Answers)? _before;
    private DateTimeOffset? _pausedSince;
    private TimeSpan _paused;
    private DateTimeOffset _until;
    private DateTimeOffset _nextTurn;
    private DateTimeOffset _lastRefusal;
    private TimeSpan _spacing;
    private double _growth;
    private int _allowed = int.MaxValue;
    private int _answersAtThis;
    private int _underWay;
    private int _holdOffs;

    /// <summary>How often in a row the vendor refused; 0 once it has answered.</summary>
    public int Refusals { get; private set; }

    /// <summary>Until when the account is held off, UTC; in the past when it is not.</summary>
    public DateTimeOffset HeldOffUntil => _until;

    /// <summary>When the next request may begin, UTC; null when one that is under way has to end first.</summary>
    public DateTimeOffset? NextTurn(DateTimeOffset now)
    {
        if (_allowed != int.MaxValue && Refusals == 0 && now - _lastRefusal > Memory)
        {
            (_allowed, _spacing) = (int.MaxValue, TimeSpan.Zero);
        }

        return _underWay >= _allowed ? null : _until > _nextTurn ? _until : _nextTurn;
    }

    /// <summary>A request begins.</summary>
    public Turn Begin(DateTimeOffset now)
    {
        // While no request is waiting, the vendor has nothing to refuse: such a time says nothing about how fast it may
        // be asked.
        if (
            _pausedSince is { } since
                && now - new[] { since, _until, _nextTurn }.Max() is var pause
                && pause > MinPause)
        {
            _paused += pause;
        }

        _pausedSince = null;
        _underWay++;
        _nextTurn = now + _spacing;
        return new Turn(now, _holdOffs, _paused);
    }

    /// <summary>A request ended without an answer, or with one that says nothing about the vendor's limit.</summary>
    public void Fail(DateTimeOffset now) => End(now);

    /// <summary>A request was answered with anything but 429.</summary>
    public void Answer(Turn turn, DateTimeOffset now)
    {
        End(now);
        _answered.Enqueue(turn);
        while (_answered.Count > MaxAnswers || turn.Began - _answered.Peek().Began > Lookback)
        {
            _answered.Dequeue();
        }

        // What was sent before the refusal says nothing about what is allowed after it.
        if (turn.HoldOffs != _holdOffs || _allowed == int.MaxValue)
        {
            return;
        }

        if (Refusals > 0)
        {
            Learn(turn);
            return;
        }

        _spacing *= 1 - _growth;
        _spacing = _spacing < MinSpacing ? TimeSpan.Zero : _spacing;
        if (++_answersAtThis >= 4 * _allowed)
        {
            (_allowed, _answersAtThis) = (
                _allowed >= MaxCounted && _spacing == TimeSpan.Zero ? int.MaxValue : _allowed + 1, 0);
        }
    }

    /// <summary>A request was refused with 429.</summary>
    /// <param name="turn">The request.</param>
    /// <param name="now">When the refusal came.</param>
    /// <param name="retryAfter">How long the vendor asked to wait, where it did.</param>
    /// <param name="reset">
    /// When the vendor's own limit resets, if it says so: advice at best, it may lengthen the backoff, within its cap.
    /// </param>
    public void Refuse(Turn turn, DateTimeOffset now, TimeSpan? retryAfter, DateTimeOffset? reset)
    {
        End(now);
        _lastRefusal = now;

        // Requests that were under way together are refused together: that is one refusal.
        var isNews = turn.HoldOffs == _holdOffs;
        if (isNews)
        {
            if (Refusals++ == 0)
            {
                // What was answered before a pause says nothing about what is allowed now.
                while (_answered.TryPeek(out var old) && now - old.Began > Lookback)
                {
                    _answered.Dequeue();
                }

                _before = _answered.TryPeek(out var first) ? (first, _answered.Count) : null;
            }

            (_holdOffs, _allowed, _answersAtThis) = (_holdOffs + 1, 1, 0);
        }

        if (retryAfter is { } asked)
        {
            HoldOff(now, asked < MinRetryAfter ? MinRetryAfter : asked);
        }
        else if (isNews)
        {
            HoldOff(now, WaitFor(reset - now));
        }
    }

    private void End(DateTimeOffset now)
    {
        if (--_underWay == 0)
        {
            _pausedSince = now;
        }
    }

    private TimeSpan WaitFor(TimeSpan? reset) => reset is { } told && told > Backoff.AtMostAfter(Refusals)
        ? told < Backoff.Longest ? told : Backoff.Longest
        : Backoff.After(Refusals);

    private void HoldOff(DateTimeOffset now, TimeSpan wait)
    {
        var until = now + (wait < MaxHoldOff ? wait : MaxHoldOff);
        _until = until > _until ? until : _until;
    }

    /// <summary>The vendor answers again: so many answers in so long a time is what it allows.</summary>
    private void Learn(Turn answeredAgain)
    {
        Refusals = 0;
        if (_before is not var (from, answers))
        {
            return;
        }

        // A little less than that, and less than what was too fast just now.
        var spacing = (answeredAgain.Began - from.Began - (answeredAgain.Paused - from.Paused)) * 1.05 / answers;
        var slower = _spacing / 0.9;
        spacing = spacing > slower ? spacing : slower;
        _spacing = spacing < MaxSpacing ? spacing : MaxSpacing;
        _nextTurn = answeredAgain.Began + _spacing;

        // Few answers are little evidence: the fewer they were, the sooner it is tried to go faster.
        _growth = 1.0 / (8 * answers);
        _answered.Clear();
        _answered.Enqueue(answeredAgain);
    }

    /// <summary>A request that is under way.</summary>
    /// <param name="Began">When it was sent, UTC.</param>
    /// <param name="HoldOffs">How often the account had been held off by then.</param>
    /// <param name="Paused">For how long, in total, there was nothing to ask.</param>
    public readonly record struct Turn(DateTimeOffset Began, int HoldOffs, TimeSpan Paused);
}
