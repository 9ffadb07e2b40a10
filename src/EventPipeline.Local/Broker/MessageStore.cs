using System.Globalization;
using System.Text;
using System.Text.Json;
using EventPipeline.Local.Shared;

namespace EventPipeline.Local.Broker;

/// <summary>
/// Messages that are not acknowledged yet: a file each, <c>FOLDER/SUBSCRIPTION/ID.FAILED-ATTEMPTS.json</c>. A file
/// appears whole, is on the disk before it is acknowledged, and counts its attempts by being renamed, so a process
/// killed at any instruction leaves nothing half done. A small message has a copy, <c>ID.twin</c>, that shows what it
/// was if its file is damaged from outside.
/// </summary>
internal sealed partial class MessageStore(string folder, TimeProvider time, ILogger<MessageStore> logger) : IDisposable
{
    private const int IdsReservedAtOnce = 1_000;
    private const int TwinBytes = 16 * 1024;

    private readonly Lock _ids = new();
    private FileStream? _theOnlyProcess;
    private long _lastId;
    private long _reservedId;

    /// <summary>Where the messages are.</summary>
    public string Folder => folder;

    private string IdFile => Path.Combine(folder, "last-id");

    /// <summary>
    /// Takes the folder, and finds what was left there, oldest first: by subscription, the ids and their failed
    /// attempts.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another process uses the folder, or it cannot be used.</exception>
    public ILookup<string, (long Id, int Attempts)> Open(IEnumerable<string> subscriptions)
    {
        try
        {
            Directory.CreateDirectory(folder);
            _theOnlyProcess = new FileStream(
                Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException ex) when (DiskTrouble.IsInUse(ex))
        {
            throw new InvalidOperationException(
                $"Another process delivers the messages in '{folder}': stop it, or use another data folder.", ex);
        }
        catch (Exception ex) when (DiskTrouble.Is(ex))
        {
            throw new InvalidOperationException(DiskTrouble.Tell(ex, folder), ex);
        }

        var found = subscriptions.SelectMany(name => Find(name).Order().Select(message => (name, message))).ToList();
        var known = found.Select(f => f.message.Id).Append(ReadReservedId()).Max();
        _lastId = _reservedId = known;
        return found.ToLookup(f => f.name, f => f.message);
    }

    /// <summary>
    /// The next message id: larger than every one before, also before a restart. As long as Pub/Sub's.
    /// </summary>
    public long NextId()
    {
        lock (_ids)
        {
            if (_lastId >= _reservedId)
            {
                // Microseconds since 1970 if no id is known, so that losing the file of ids repeats none.
                _lastId = Math.Max(_lastId, time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
                _reservedId = _lastId + IdsReservedAtOnce;
                DurableFile.Write(IdFile, Encoding.ASCII.GetBytes(_reservedId.ToString(CultureInfo.InvariantCulture)));
            }

            return ++_lastId;
        }
    }

    /// <summary>
    /// Keeps a message for a subscription; once this returns it survives the process, and a power cut.
    /// </summary>
    public async Task AddAsync(string subscription, StoredMessage message, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, BrokerJson.Default.StoredMessage);

        // The copy is written last and deleted first: one without a message belongs to an accepted message whose name a
        // power cut took.
        await DurableFile.WriteAsync(FileOf(subscription, message.Id, attempts: 0), bytes, cancellationToken);
        if (bytes.Length <= TwinBytes)
        {
            await DurableFile.WriteAsync(TwinOf(subscription, message.Id), bytes, cancellationToken);
        }
    }

    /// <summary>Reads a message, or reports what is left of it.</summary>
    public async Task<(StoredMessage? Message, UnreadableMessage? Unreadable)> ReadAsync(
        string subscription, long id, int attempts, CancellationToken cancellationToken)
    {
        var file = FileOf(subscription, id, attempts);
        byte[] content = [];
        string why;
        try
        {
            content = await File.ReadAllBytesAsync(file, cancellationToken);
            return (Parse(content), null);
        }
        catch (JsonException ex)
        {
            why = content.Length == 0 ? "It is empty." : ex.Message;
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            why = "Someone removed it.";
        }

        return (
            null, new UnreadableMessage(file, why, content, await ReadTwinAsync(subscription, id, cancellationToken)));
    }

    /// <summary>
    /// Forgets a message whose file cannot be read, and keeps the file beside the others, as <c>.unreadable</c>.
    /// </summary>
    public void SetAside(string subscription, long id, UnreadableMessage unreadable)
    {
        File.Delete(TwinOf(subscription, id));
        if (File.Exists(unreadable.File))
        {
            File.Move(unreadable.File, Path.ChangeExtension(unreadable.File, ".unreadable"), overwrite: true);
        }
    }

    /// <summary>Counts one more failed attempt.</summary>
    public void CountAttempt(string subscription, long id, int attempts) =>
        File.Move(FileOf(subscription, id, attempts), FileOf(subscription, id, attempts + 1));

    /// <summary>Forgets a message.</summary>
    public void Remove(string subscription, long id, int attempts)
    {
        File.Delete(TwinOf(subscription, id));
        File.Delete(FileOf(subscription, id, attempts));
    }

    public void Dispose() => _theOnlyProcess?.Dispose();

    private List<(long Id, int Attempts)> Find(string subscription)
    {
        var messages = new List<(long Id, int)>();
        var twins = new List<FileInfo>();
        foreach (var path in Directory.CreateDirectory(Path.Combine(folder, subscription)).EnumerateFiles())
        {
            var parts = path.Name.Split('.');
            if (
                parts is [var id, var attempts, "json"]
                    && long.TryParse(id, out var number)
                    && int.TryParse(attempts, out var count))
            {
                messages.Add((number, count));
            }
            else if (path.Extension == ".twin")
            {
                twins.Add(path);
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

        var ids = messages.Select(message => message.Item1).ToHashSet();
        foreach (var twin in twins)
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(twin.Name), out var id) && ids.Add(id))
            {
                twin.MoveTo(FileOf(subscription, id, attempts: 0));
                messages.Add((id, 0));
            }
        }

        return messages;
    }

    private async Task<StoredMessage?> ReadTwinAsync(string subscription, long id, CancellationToken cancellationToken)
    {
        try
        {
            return Parse(await File.ReadAllBytesAsync(TwinOf(subscription, id), cancellationToken));
        }
        catch (Exception ex) when (ex is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static StoredMessage Parse(byte[] content) =>
        JsonSerializer.Deserialize(content, BrokerJson.Default.StoredMessage)
            ?? throw new JsonException("It holds null.");

    private long ReadReservedId() => File.Exists(IdFile)
        && long.TryParse(File.ReadAllText(IdFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : 0;

    private string TwinOf(string subscription, long id) =>
        Path.Combine(folder, subscription, string.Create(CultureInfo.InvariantCulture, $"{id}.twin"));

    private string FileOf(string subscription, long id, int attempts) =>
        Path.Combine(folder, subscription, string.Create(CultureInfo.InvariantCulture, $"{id}.{attempts}.json"));

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Deleted '{File}', which was being written when the process ended; it was never accepted.")]
        public static partial void HalfWritten(ILogger logger, string file);

        [LoggerMessage(3, LogLevel.Warning, "'{File}' is not a message; it stays where it is.")]
        public static partial void NotAMessage(ILogger logger, string file);
    }
}
