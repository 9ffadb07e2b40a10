using System.Buffers;
using System.Text;
using System.Text.Unicode;
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
    private const int LongestCharacter = 4;

    private readonly byte[] _part = new byte[PartLength];
    private int _length;
    private int _checked;
    private int _partNo;

    /// <summary>Takes the next bytes, of any length.</summary>
    public async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var slice = bytes[..Math.Min(bytes.Length, PartLength - _length)];
            slice.CopyTo(_part.AsMemory(_length));
            bytes = bytes[slice.Length..];
            _length += slice.Length;
            Check(WholeCharacters());
            if (_length == PartLength)
            {
                await HandOnAsync(cancellationToken);
            }
        }
    }

    /// <summary>Says that the page has ended.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        Check(_length);
        if (_length > 0)
        {
            await HandOnAsync(cancellationToken);
        }
    }

    /// <summary>How many of the bytes are whole characters: the last one may not have come to its end.</summary>
    private int WholeCharacters()
    {
        for (var back = 1; back < LongestCharacter && back <= _length; back++)
        {
            var isIncomplete = Rune.DecodeFromUtf8(_part.AsSpan(_length - back, back), out _, out _)
                == OperationStatus.NeedMoreData;
            if (isIncomplete)
            {
                return _length - back;
            }
        }

        return _length;
    }

    private void Check(int end)
    {
        if (end > _checked && !Utf8.IsValid(_part.AsSpan(_checked, end - _checked)))
        {
            throw conversation.Broken("the answer holds bytes that are not UTF-8.");
        }

        _checked = end;
    }

    private async ValueTask HandOnAsync(CancellationToken cancellationToken)
    {
        await conversation.KeepAsync(
            new PagePart(pageNo, ++_partNo, requestHash, httpStatus, _part.AsMemory(0, _checked)), cancellationToken);
        _part.AsSpan(_checked, _length - _checked).CopyTo(_part);
        (_length, _checked) = (_length - _checked, 0);
    }
}
