using System.IO.Compression;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>
/// The lines of an uploaded file, one buffer for all. A file that begins with gzip's two bytes is unpacked; its name
/// and content type do not matter.
/// </summary>
internal sealed class Lines : IDisposable
{
    // https://docs.cloud.google.com/bigquery/quotas#load_jobs: 100 MB for a row of JSON.
    private const int MaxRowBytes = 100 * 1024 * 1024;

    /// <summary>What stands behind the end of a packed file: it is read only where the file is whole.</summary>
    private static readonly byte[] EndMark = "end of the packed file"u8.ToArray();

    private readonly Stream stream;
    private readonly bool isGzip;
    private byte[] buffer = new byte[1 << 20];
    private int start;
    private int end;
    private bool ended;

    public Lines(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        stream = isGzip ? new GZipStream(new FollowedStream(file, PackedEndMark()), CompressionMode.Decompress) : file;
    }

    /// <summary>Where the current line begins in the unpacked text.</summary>
    public long Position { get; private set; }

    /// <summary>The current line, without its end.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Goes to the next line; false at the end.</summary>
    public bool Next()
    {
        var searched = 0;
        while (true)
        {
            var found = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                Take(searched + found, 1);
                return true;
            }

            searched = end - start;
            if (ended)
            {
                if (isGzip)
                {
                    // .NET takes a packed file that breaks off for one that ends there.
                    return buffer.AsSpan(start, searched).SequenceEqual(EndMark)
                        ? false
                        : throw GoogleException.Invalid(
                            "Error while reading data, error message: Failed to decompress the gzip file. It breaks "
                                + "off.");
                }

                if (searched == 0)
                {
                    return false;
                }

                Take(searched, 0);
                return true;
            }

            Fill();
        }
    }

    public void Dispose() => stream.Dispose();

    private void Take(int length, int mark)
    {
        Position = taken;
        Current = buffer.AsMemory(start, length);
        start += length + mark;
        taken += length + mark;
    }

    private long taken;

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
        {
            if (buffer.Length > MaxRowBytes)
            {
                throw GoogleException.Invalid(
                    "Error while reading data, error message: The row size is larger than the maximum of 104857600 "
                        + "bytes.");
            }

            Array.Resize(ref buffer, buffer.Length * 2);
        }

        try
        {
            var read = stream.Read(buffer, end, buffer.Length - end);
            (end, ended) = (end + read, read == 0);
        }
        catch (InvalidDataException ex)
        {
            throw GoogleException.Invalid(
                $"Error while reading data, error message: Failed to decompress the gzip file. {ex.Message}");
        }
    }

    private static byte[] PackedEndMark()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("\n"u8);
            gzip.Write(EndMark);
        }

        return packed.ToArray();
    }
}
