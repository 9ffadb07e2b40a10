using System.Globalization;
using System.Text.Json;

namespace EventPipeline.Local.Broker;

/// <summary>
/// Messages that are not acknowledged yet: a file each, <c>FOLDER/SUBSCRIPTION/ID.FAILED-ATTEMPTS.json</c>. A file appears whole and
/// counts its attempts by being renamed, so a process killed at any instruction leaves nothing half done.
/// </summary>
internal sealed partial class MessageStore(string folder, TimeProvider time, ILogger<MessageStore> logger) : IDisposable
{
    private const int IdsReservedAtOnce = 1_000;

    private readonly Lock ids = new();
    private FileStream? theOnlyProcess;
    private long lastId;
    private long reservedId;

    private string IdFile => Path.Combine(folder, "last-id");

    /// <summary>Takes the folder, and finds what was left there, oldest first: by subscription, the ids and their failed attempts.</summary>
    /// <exception cref="InvalidOperationException">Another process has the folder.</exception>
    public ILookup<string, (long Id, int Attempts)> Open(IEnumerable<string> subscriptions)
    {
        Directory.CreateDirectory(folder);
        try
        {
            theOnlyProcess = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException ex)
        {
            throw new InvalidOperationException(
                $"Another process delivers the messages in '{folder}': stop it, or use another data folder.", ex);
        }

        var found = subscriptions.SelectMany(name => Find(name).Order().Select(message => (name, message))).ToList();
        var known = found.Select(f => f.message.Id).Append(ReadReservedId()).Max();
        lastId = reservedId = known;
        return found.ToLookup(f => f.name, f => f.message);
    }

    /// <summary>The next message id: larger than every one before, also before a restart. As long as Pub/Sub's.</summary>
    public long NextId()
    {
        lock (ids)
        {
            if (lastId >= reservedId)
            {
                // Microseconds since 1970 where nothing is known, so that a lost file of ids repeats none.
                lastId = Math.Max(lastId, time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
                reservedId = lastId + IdsReservedAtOnce;
                File.WriteAllText($"{IdFile}.tmp", reservedId.ToString(CultureInfo.InvariantCulture));
                File.Move($"{IdFile}.tmp", IdFile, overwrite: true);
            }

            return ++lastId;
        }
    }

    /// <summary>Keeps a message for a subscription; once this returns it survives the process.</summary>
    public async Task AddAsync(string subscription, StoredMessage message, CancellationToken cancellationToken)
    {
        var file = FileOf(subscription, message.Id, attempts: 0);
        var half = Path.ChangeExtension(file, ".tmp");
        await File.WriteAllBytesAsync(
            half, JsonSerializer.SerializeToUtf8Bytes(message, BrokerJson.Default.StoredMessage), cancellationToken);
        File.Move(half, file);
    }

    /// <summary>Reads a message; null when its file is gone, or, after setting it aside, when it is not readable.</summary>
    public async Task<StoredMessage?> ReadAsync(string subscription, long id, int attempts, CancellationToken cancellationToken)
    {
        var file = FileOf(subscription, id, attempts);
        try
        {
            var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
            return JsonSerializer.Deserialize(bytes, BrokerJson.Default.StoredMessage) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            File.Move(file, Path.ChangeExtension(file, ".unreadable"), overwrite: true);
            Log.Unreadable(logger, file);
            return null;
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            Log.Gone(logger, file);
            return null;
        }
    }

    /// <summary>Counts one more failed attempt.</summary>
    public void CountAttempt(string subscription, long id, int attempts) =>
        File.Move(FileOf(subscription, id, attempts), FileOf(subscription, id, attempts + 1));

    /// <summary>Forgets a message.</summary>
    public void Remove(string subscription, long id, int attempts) => File.Delete(FileOf(subscription, id, attempts));

    public void Dispose() => theOnlyProcess?.Dispose();

    private List<(long Id, int Attempts)> Find(string subscription)
    {
        var messages = new List<(long, int)>();
        foreach (var path in Directory.CreateDirectory(Path.Combine(folder, subscription)).EnumerateFiles())
        {
            var parts = path.Name.Split('.');
            if (parts is [var id, var attempts, "json"] && long.TryParse(id, out var number) && int.TryParse(attempts, out var count))
            {
                messages.Add((number, count));
            }
            else if (path.Extension == ".tmp")
            {
                // Its publisher never got an answer, so it publishes again.
                path.Delete();
                Log.HalfWritten(logger, path.FullName);
            }
            else
            {
                Log.NotAMessage(logger, path.FullName);
            }
        }

        return messages;
    }

    private long ReadReservedId() => File.Exists(IdFile)
        && long.TryParse(File.ReadAllText(IdFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    private string FileOf(string subscription, long id, int attempts) =>
        Path.Combine(folder, subscription, string.Create(CultureInfo.InvariantCulture, $"{id}.{attempts}.json"));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Deleted '{File}', which was being written when the process ended; it was never accepted.")]
        public static partial void HalfWritten(ILogger logger, string file);

        [LoggerMessage(2, LogLevel.Error, "'{File}' is not a readable message any more; it is kept beside the others as .unreadable.")]
        public static partial void Unreadable(ILogger logger, string file);

        [LoggerMessage(4, LogLevel.Error, "'{File}' was removed by someone else, so its message is not delivered.")]
        public static partial void Gone(ILogger logger, string file);

        [LoggerMessage(3, LogLevel.Warning, "'{File}' is not a message; it stays where it is.")]
        public static partial void NotAMessage(ILogger logger, string file);
    }
}
