using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace EventPipeline.Trigger;

/// <summary>A request's whole body, or the beginning of one that is too large.</summary>
/// <param name="Bytes">The body; of one over the limit the first 64 KiB.</param>
/// <param name="Whole">Size and hash of a body over the limit.</param>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes, DataSize? Whole)
{
    /// <summary>14 MiB: Pub/Sub's 10 MB of data in base64, with the envelope around it.</summary>
    public const int MostBytes = 14 * 1024 * 1024;

    private const int PrefixBytes = 64 * 1024;

    /// <summary>Reads to the end, also past the limit, so that the sender sees the answer.</summary>
    /// <exception cref="IOException">The body did not arrive whole.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        var kept = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 0, 256, 1024 * 1024));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        byte[]? prefix = null;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                length += segment.Length;
                if (length <= MostBytes)
                {
                    kept.Write(segment.Span);
                    continue;
                }

                if (prefix is null)
                {
                    hash.AppendData(kept.WrittenSpan);
                    prefix = kept.WrittenSpan[..Math.Min(PrefixBytes, kept.WrittenCount)].ToArray();
                    kept = new ArrayBufferWriter<byte>();
                }

                hash.AppendData(segment.Span);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCanceled)
            {
                throw new IOException("Reading the body was cut off.");
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        if (request.ContentLength is { } announced && announced != length)
        {
            throw new IOException($"The body has {length} bytes; {announced} were announced.");
        }

        return prefix is null
            ? new RequestBody(kept.WrittenMemory, null)
            : new RequestBody(prefix, new DataSize(length, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }
}
