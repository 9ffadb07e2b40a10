using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Jobs;

namespace EventPipeline.GoogleStandIn.Uploads;

/// <summary>The upload sessions: a JSON file and a file of bytes each.</summary>
internal sealed class UploadStore
{
    private readonly string folder;
    private readonly JobStore jobs;
    private readonly ConcurrentDictionary<string, UploadSession> sessions;

    public UploadStore(Settings settings, JobStore jobs)
    {
        (folder, this.jobs) = (settings.Folder("uploads"), jobs);
        sessions = new(Directory.EnumerateFiles(folder, "*.json")
            .Select(path => JsonSerializer.Deserialize<UploadSession>(File.ReadAllBytes(path))!)
            .Select(session => KeyValuePair.Create(session.Id, session)), StringComparer.Ordinal);
        foreach (var session in sessions.Values)
        {
            session.Stored = WholeGrains(session);
        }
    }

    /// <summary>Begins a session; it is on disk when this returns.</summary>
    public UploadSession Create(string project, JsonObject resource)
    {
        var id = Guid.NewGuid().ToString("N");
        var sent = (JsonObject)resource.DeepClone();
        var reference = sent["jobReference"] as JsonObject ?? [];
        var jobId = (string?)reference["jobId"] is { Length: > 0 } chosen ? chosen : $"job_{Guid.NewGuid():N}";
        reference["jobId"] = jobId;
        sent["jobReference"] = reference.Parent is null ? reference : reference.DeepClone();
        var session = new UploadSession { Id = id, Project = project, Resource = sent, JobId = jobId };
        File.WriteAllBytes(DataPath(session), []);
        Save(session);
        sessions[id] = session;
        return session;
    }

    /// <summary>A session; null when there is none.</summary>
    public UploadSession? Find(string? id) => id is null ? null : sessions.GetValueOrDefault(id);

    /// <summary>Keeps a session as it is now.</summary>
    public void Save(UploadSession session)
    {
        File.WriteAllBytes($"{StatePath(session.Id)}.new", JsonSerializer.SerializeToUtf8Bytes(session));
        File.Move($"{StatePath(session.Id)}.new", StatePath(session.Id), overwrite: true);
    }

    /// <summary>
    /// The job that was made of a session; null when none was. A process killed in between finds it by its file.
    /// </summary>
    public Job? JobOf(UploadSession session) =>
        jobs.Find(session.Project, session.JobId) is { } job && job.UploadPath == DataPath(session) ? job : null;

    /// <summary>Appends what a request brings, from a place that is stored or next.</summary>
    /// <param name="session">The session.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="skip">How many of them are stored already.</param>
    /// <param name="last">Whether they are the last ones.</param>
    /// <param name="cancellationToken">Stops it; whole grains stay stored.</param>
    /// <returns>How many bytes there are now.</returns>
    public async Task<long> AppendAsync(
        UploadSession session, Stream body, long skip, bool last, CancellationToken cancellationToken)
    {
        var file = new FileStream(
            DataPath(session), FileMode.Open, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
        try
        {
            file.SetLength(session.Stored);
            file.Position = session.Stored;
            var buffer = new byte[1 << 16];
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                var dropped = (int)Math.Min(skip, read);
                skip -= dropped;
                await file.WriteAsync(buffer.AsMemory(dropped, read - dropped), cancellationToken);
            }

            if (!last)
            {
                file.SetLength(file.Length / UploadSession.Grain * UploadSession.Grain);
            }
        }
        finally
        {
            await file.DisposeAsync();
            session.Stored = WholeGrains(session);
        }

        return new FileInfo(DataPath(session)).Length;
    }

    /// <summary>Forgets the bytes.</summary>
    public void Drop(UploadSession session) => File.Delete(DataPath(session));

    /// <summary>Where a session's bytes are.</summary>
    public string DataPath(UploadSession session) => Path.Combine(folder, $"{session.Id}.data");

    /// <summary>A file for the bytes of an upload in one request.</summary>
    public string NewFile() => Path.Combine(folder, $"{Guid.NewGuid():N}.data");

    private long WholeGrains(UploadSession session) =>
        new FileInfo(DataPath(session)) is { Exists: true, Length: var length }
        ? length / UploadSession.Grain * UploadSession.Grain : 0;

    private string StatePath(string id) => Path.Combine(folder, $"{id}.json");
}
