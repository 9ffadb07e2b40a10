using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Jobs;

namespace EventPipeline.GoogleStandIn.Uploads;

/// <summary>The upload sessions: a JSON file and a file of bytes each.</summary>
internal sealed class UploadStore(Settings settings, JobStore jobs)
{
    private readonly string folder = settings.Folder("uploads");
    private readonly ConcurrentDictionary<string, UploadSession> sessions = new(StringComparer.Ordinal);

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
    public UploadSession? Find(string? id)
    {
        if (id is null || !id.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        if (sessions.TryGetValue(id, out var session))
        {
            return session;
        }

        return File.Exists(StatePath(id))
            ? sessions.GetOrAdd(id, static (_, json) => Restore(json), File.ReadAllBytes(StatePath(id)))
            : null;
    }

    /// <summary>Keeps a session as it is now.</summary>
    public void Save(UploadSession session)
    {
        File.WriteAllBytes($"{StatePath(session.Id)}.new", JsonSerializer.SerializeToUtf8Bytes(session));
        File.Move($"{StatePath(session.Id)}.new", StatePath(session.Id), overwrite: true);
    }

    /// <summary>The job that was made of a session; null when none was. A process killed in between finds it by its file.</summary>
    public Job? JobOf(UploadSession session) =>
        jobs.Find(session.Project, session.JobId) is { } job && job.UploadPath == DataPath(session) ? job : null;

    /// <summary>How many bytes are stored for good.</summary>
    public long Stored(UploadSession session) => new FileInfo(DataPath(session)) is { Exists: true, Length: var length }
        ? length / UploadSession.Grain * UploadSession.Grain : 0;

    /// <summary>Appends what a request brings, from a place that is stored or next.</summary>
    /// <param name="session">The session.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="skip">How many of them are stored already.</param>
    /// <param name="last">Whether they are the last ones.</param>
    /// <param name="cancellationToken">Stops it; whole grains stay stored.</param>
    /// <returns>How many bytes there are now.</returns>
    public async Task<long> AppendAsync(UploadSession session, Stream body, long skip, bool last, CancellationToken cancellationToken)
    {
        var stored = Stored(session);
        var file = new FileStream(DataPath(session), FileMode.Open, FileAccess.Write, FileShare.Read, 1 << 16, useAsync: true);
        await using (file)
        {
            file.SetLength(stored);
            file.Position = stored;
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

        return new FileInfo(DataPath(session)).Length;
    }

    /// <summary>Forgets the bytes.</summary>
    public void Drop(UploadSession session) => File.Delete(DataPath(session));

    /// <summary>Where a session's bytes are.</summary>
    public string DataPath(UploadSession session) => Path.Combine(folder, $"{session.Id}.data");

    /// <summary>A file for the bytes of an upload in one request.</summary>
    public string NewFile() => Path.Combine(folder, $"{Guid.NewGuid():N}.data");

    private string StatePath(string id) => Path.Combine(folder, $"{id}.json");

    private static UploadSession Restore(byte[] json) => JsonSerializer.Deserialize<UploadSession>(json)!;
}
