using System.Text;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Keeps one page's text in pieces of at most 64 KiB, cut between characters, while it is being read. Small pieces,
/// because a store such as DuckDB holds every long text of a group of rows in memory when it writes them.
/// </summary>
internal sealed class BodyText(Conversation conversation, int pageNo, string requestHash, int httpStatus)
{
    private const int PartLength = 32 * 1024;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Decoder _decoder = Utf8.GetDecoder();
    private readonly StringBuilder _part = new();
    private char[] _characters = [];
    private int _bytes;
    private int _partNo;

    /// <summary>Takes the next bytes, of any length.</summary>
    public async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // Slices, so that a part stays below twice its length however much one read brought.
        while (!bytes.IsEmpty)
        {
            var slice = bytes[..Math.Min(bytes.Length, PartLength)];
            bytes = bytes[slice.Length..];
            Decode(slice.Span, flush: false);
            _bytes += slice.Length;
            if (_bytes >= PartLength)
            {
                await HandOnAsync(cancellationToken);
            }
        }
    }

    /// <summary>Says that the page has ended.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        Decode([], flush: true);
        if (_part.Length > 0)
        {
            await HandOnAsync(cancellationToken);
        }
    }

    private void Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        try
        {
            var most = Utf8.GetMaxCharCount(bytes.Length);
            if (_characters.Length < most)
            {
                _characters = new char[most];
            }

            _part.Append(_characters.AsSpan(0, _decoder.GetChars(bytes, _characters, flush)));
        }
        catch (DecoderFallbackException exception)
        {
            throw conversation.Broken("the answer holds bytes that are not UTF-8.", exception);
        }
    }

    private async ValueTask HandOnAsync(CancellationToken cancellationToken)
    {
        var payload = _part.ToString();
        _part.Clear();
        _bytes = 0;
        await conversation.KeepAsync(
            new PagePart(pageNo, ++_partNo, requestHash, httpStatus, payload), cancellationToken);
    }
}
