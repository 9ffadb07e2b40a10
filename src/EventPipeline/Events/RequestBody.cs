using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace EventPipeline.Events;

/// <summary>A request's whole body, or the beginning of one that is too large.</summary>
/// <param name="Bytes">The body; if it is over the limit, its first 64 KiB.</param>
/// <param name="CutFrom">Size and hash of a body over the limit.</param>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes, DataSize? CutFrom)
{
    /// <summary>14 MiB: Pub/Sub's 10 MB of data in base64, with the envelope around it.</summary>
    public const int MaxBytes = 14 * 1024 * 1024;

    private const int PrefixBytes = 64 * 1024;

    /// <summary>Reads to the end, even past the limit, so that the sender sees the answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="share">Reserves bytes before they are read: the announced length, or what has arrived.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The body; null if it does not fit beside those already held.</returns>
    /// <exception cref="IOException">The body is incomplete.</exception>
    public static async Task<RequestBody?> ReadAsync(
        HttpRequest request, BodyBudget.Share share, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        using var body = new Kept(share);
        if (!body.TryExpect(request.ContentLength))
        {
            return null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            foreach (var segment in read.Buffer)
            {
                if (!body.TryAppend(segment.Span))
                {
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    return null;
                }
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCanceled)
            {
                throw new IOException("Reading the body was cancelled.");
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        return request.ContentLength is { } announced && announced != body.Length
            ? throw new IOException($"The body has {body.Length} bytes, but Content-Length is {announced}.")
            : body.ToRequestBody();
    }

    /// <summary>
    /// What is kept while reading: all of the body up to the limit, beyond that its beginning and a hash.
    /// </summary>
    private sealed class Kept(BodyBudget.Share share) : IDisposable
    {
        private byte[] _bytes = [];
        private IncrementalHash? _hash;

        public long Length { get; private set; }

        public bool TryExpect(long? announced)
        {
            if (announced > MaxBytes)
            {
                _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            }

            return TryGrow(announced > MaxBytes ? PrefixBytes : (int)(announced ?? 4096));
        }

        public bool TryAppend(ReadOnlySpan<byte> segment)
        {
            if (_hash is null && Length + segment.Length > MaxBytes)
            {
                _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                _hash.AppendData(_bytes.AsSpan(0, (int)Length));
                Array.Resize(ref _bytes, PrefixBytes);
            }

            if (_hash is not null)
            {
                _hash.AppendData(segment);
                if (Length < PrefixBytes)
                {
                    segment[..(int)Math.Min(segment.Length, PrefixBytes - Length)].CopyTo(_bytes.AsSpan((int)Length));
                }
            }
            else if (
                Length + segment.Length > _bytes.Length
                    && !TryGrow((int)Math.Clamp(2L * _bytes.Length, Length + segment.Length, MaxBytes)))
            {
                return false;
            }
            else
            {
                segment.CopyTo(_bytes.AsSpan((int)Length));
            }

            Length += segment.Length;
            return true;
        }

        public RequestBody ToRequestBody() => _hash is null
            ? new RequestBody(_bytes.AsMemory(0, (int)Length), null)
            : new RequestBody(_bytes, new DataSize(Length, Convert.ToHexStringLower(_hash.GetHashAndReset())));

        public void Dispose() => _hash?.Dispose();

        private bool TryGrow(int size)
        {
            if (!share.TryHold(size))
            {
                return false;
            }

            Array.Resize(ref _bytes, size);
            return true;
        }
    }
}
