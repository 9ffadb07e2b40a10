using System.Net;
using EventPipeline.Load;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Rows on their way into a load job: compressed as they arrive, held as long as they are few, and otherwise sent in
/// chunks while the vendor is still being read. A chunk is kept until its arrival is acknowledged. The job does not
/// exist until the last byte has arrived, so an abandoned upload leaves nothing behind.
/// </summary>
/// <param name="client">BigQuery.</param>
/// <param name="jobs">Its jobs.</param>
/// <param name="job">
/// The load job, named after the load: a load id names one upload per table, so it is never tried under another name.
/// </param>
/// <param name="pace">When the job may begin.</param>
/// <param name="clock">Waits between tries.</param>
/// <param name="rows">The rows, where they are there already.</param>
internal sealed class BigQueryUpload(
    BigQueryClient client, BigQueryJobs jobs, Job job, TablePace pace, TimeProvider clock, GzipBuffer? rows = null)
    : IUpload
{
    /// <summary>A multiple of 256 KiB, as the protocol requires of every chunk but the last.</summary>
    public const int ChunkBytes = 1024 * 1024;

    private const int MaxTriesWithoutProgress = 6;
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromSeconds(8));
    private static readonly TimeSpan AbandonLimit = TimeSpan.FromSeconds(1);

    private readonly GzipBuffer _rows = rows ?? new();
    private Uri? _session;
    private long _acknowledged;
    private bool _unsure;
    private int _triesWithoutProgress;

    /// <summary>Whether all of its rows are still here.</summary>
    public bool IsHeld => _rows.IsHeld;

    private string JobId => job.JobReference.JobId;

    /// <summary>
    /// One upload of what several hold, into the table of the first. They keep their rows, and outlive it.
    /// </summary>
    public static BigQueryUpload Join(IReadOnlyList<BigQueryUpload> uploads)
    {
        var hash = StatementId.HashOf(uploads.Select(upload => upload.JobId));
        return uploads[0].With($"shared-{hash}", GzipBuffer.Join(uploads.Select(upload => upload._rows)));
    }

    public void Begin(int part) => _rows.Begin(part);

    public void LeaveOut(int part) => _rows.LeaveOut(part);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken)
    {
        _rows.WriteLine(row.Span);
        return _rows.Length < ChunkBytes ? ValueTask.CompletedTask : SendAsync(cancellationToken);
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _rows.Finish();
        if (!_rows.HasLines)
        {
            return;
        }

        var table = job.Configuration!.Load!.DestinationTable;
        await pace.LoadAsync(table.DatasetId, table.TableId, cancellationToken);
        try
        {
            var started = await FinishAsync(cancellationToken);
            var ended = await jobs.WaitAsync(started with { JobReference = job.JobReference }, cancellationToken);
            if (ended.Status?.ErrorResult is { } error)
            {
                throw LoadFailure.FromJob(error, ended.Status.Errors ?? [], job, jobs.Name(JobId));
            }
        }
        catch (BigQueryException failure)
        {
            throw LoadFailure.FromRequest(failure, job, jobs.Name(JobId));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _rows.Dispose();
        if (_session is not { } session)
        {
            return;
        }

        _session = null;
        using var limit = new CancellationTokenSource(AbandonLimit, clock);
        try
        {
            await client.CancelUploadAsync(session, limit.Token);
        }
        catch (Exception)
        {
            // A courtesy: an unfinished session expires by itself.
        }
    }

    private BigQueryUpload With(string loadId, GzipBuffer joined)
    {
        var table = job.Configuration!.Load!.DestinationTable;
        return new BigQueryUpload(
            client, jobs, job with { JobReference = jobs.OfLoad(table, loadId) }, pace, clock, joined);
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        while (_rows.Length >= ChunkBytes)
        {
            try
            {
                await SendAsync(ChunkBytes, isLast: false, cancellationToken);
            }
            catch (BigQueryException failure)
            {
                throw LoadFailure.FromRequest(failure, job, jobs.Name(JobId));
            }
        }
    }

    /// <summary>Sends the rest; if the response is lost, looks the job up to learn whether it started.</summary>
    private async Task<Job> FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _rows.Fill(ChunkBytes);
                var count = _rows.IsReady ? _rows.Length : ChunkBytes;
                if (await SendAsync(count, _rows.IsReady, cancellationToken) is { } started)
                {
                    return started;
                }
            }
        }
        catch (BigQueryException open) when (open.IsTransient || open.IsDuplicate || IsGone(open))
        {
            if (await jobs.FindAsync(JobId, cancellationToken) is not { } found)
            {
                throw new BigQueryException(
                    open.Status, open.Error with { Message = $"{open.Error.Message} There is no such job." }, open);
            }

            _session = null;
            return found;
        }
    }

    /// <summary>
    /// Sends the first unacknowledged bytes or, after a lost response, asks how much has arrived. The server may accept
    /// part of a chunk: the rest stays in the buffer and goes with the next.
    /// </summary>
    /// <returns>The job, once the last byte has arrived.</returns>
    private async Task<Job?> SendAsync(int count, bool isLast, CancellationToken cancellationToken)
    {
        _session ??= await client.StartUploadAsync(job, cancellationToken);
        try
        {
            var answer = _unsure
                ? await client.PutUploadAsync(_session, default, "bytes */*", cancellationToken)
                : await client.PutUploadAsync(_session, _rows.Front(count), Range(count, isLast), cancellationToken);
            if (answer.Job is { } started)
            {
                _session = null;
                return isLast ? started : throw Broken("reports an unfinished upload as finished");
            }

            await AcknowledgeAsync(answer.Received, cancellationToken);
        }
        catch (BigQueryException lost) when (lost.IsTransient && ++_triesWithoutProgress < MaxTriesWithoutProgress)
        {
            _unsure = true;
            await WaitAsync(cancellationToken);
        }

        return null;
    }

    private string Range(int count, bool isLast)
    {
        var total = isLast ? FormattableString.Invariant($"{_acknowledged + count}") : "*";
        return count == 0
            ? $"bytes */{total}"
            : FormattableString.Invariant($"bytes {_acknowledged}-{_acknowledged + count - 1}/{total}");
    }

    private async Task AcknowledgeAsync(long received, CancellationToken cancellationToken)
    {
        if (received < _acknowledged || received > _acknowledged + _rows.Length)
        {
            throw Broken(FormattableString.Invariant(
                $"reports {received} of {_acknowledged + _rows.Length} bytes received, after {_acknowledged} earlier"));
        }

        var asked = _unsure;
        _unsure = false;
        if (received > _acknowledged)
        {
            _rows.Drop((int)(received - _acknowledged));
            _acknowledged = received;
            _triesWithoutProgress = 0;
        }
        else if (!asked)
        {
            if (++_triesWithoutProgress >= MaxTriesWithoutProgress)
            {
                throw Broken("takes no more bytes");
            }

            await WaitAsync(cancellationToken);
        }
    }

    private Task WaitAsync(CancellationToken cancellationToken) =>
        Task.Delay(Backoff.After(_triesWithoutProgress), clock, cancellationToken);

    private static bool IsGone(BigQueryException failure) =>
        failure.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private static BigQueryException Broken(string what) =>
        new(null, new ErrorProto(null, null, $"The upload's session {what}."));
}
