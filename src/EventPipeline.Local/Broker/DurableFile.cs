namespace EventPipeline.Local.Broker;

/// <summary>
/// Writes files that exist completely or not at all, even after a power cut: the content reaches the disk before the
/// name does. .NET cannot sync a directory, so a power cut may lose the name of a file written in the last seconds, but
/// never its content.
/// </summary>
internal static class DurableFile
{
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var half = Half(path);
        await using (
            var file = new FileStream(
                half, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
        {
            await file.WriteAsync(content, cancellationToken);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        File.Move(half, path, overwrite: true);
    }

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var half = Half(path);
        using (var file = new FileStream(half, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        File.Move(half, path, overwrite: true);
    }

    private static string Half(string path) => $"{path}.tmp";
}
