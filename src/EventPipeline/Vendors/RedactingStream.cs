using System.Text;

namespace EventPipeline.Vendors;

/// <summary>
/// A JSON body without the keys that were sent for it: taken out before anything is read from it or kept of it, also where a key is cut across
/// reads. Memory is bounded by the buffer and the longest spelling of a key.
/// </summary>
internal sealed class RedactingStream(Stream inner, Redaction redaction) : AsyncReadStream
{
    private const int Size = 32 * 1024;

    // So much of what was handed on is kept: whether a match begins inside an escape sequence shows only before it.
    private const int Context = 8;
    private static readonly byte[] Replacement = Encoding.UTF8.GetBytes(Redaction.Replacement);

    private byte[] _buffer = [];
    private char[] _characters = [];
    private int _start;
    private int _clear;
    private int _end;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (redaction.Body is not { } needles)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        while (_start == _clear && !_ended && !buffer.IsEmpty)
        {
            MakeRoom(needles.Longest);
            var count = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            (_ended, _end) = (count == 0, _end + count);
            Clear(needles);
        }

        var ready = Math.Min(buffer.Length, _clear - _start);
        _buffer.AsMemory(_start, ready).CopyTo(buffer);
        _start += ready;
        return ready;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void MakeRoom(int longest)
    {
        var kept = Math.Min(Context, _start);
        var from = _start - kept;
        var wanted = Context + longest + Size;
        var target = _buffer.Length >= wanted ? _buffer : new byte[wanted];
        _buffer.AsSpan(from, _end - from).CopyTo(target);
        (_buffer, _start, _clear, _end) = (target, kept, _clear - from, _end - from);
        if (_characters.Length < _buffer.Length)
        {
            _characters = new char[_buffer.Length];
        }
    }

    /// <summary>Takes out what is whole and decides how much can be handed on: all but what may be the beginning of a key.</summary>
    private void Clear(Redaction.Needles needles)
    {
        // Bytes as characters, one each: keys are ASCII, and the search for many texts at once knows characters only.
        Encoding.Latin1.GetChars(_buffer.AsSpan(_clear, _end - _clear), _characters);
        var unread = _characters.AsSpan(0, _end - _clear);
        var position = 0;
        while (unread[position..].IndexOfAny(needles.Values) is >= 0 and var found)
        {
            position += found;
            var at = _clear + position;
            if (!_ended && unread.Length - position < needles.Longest)
            {
                _clear = at; // Perhaps the beginning of a longer spelling.
                return;
            }

            if (IsInsideEscape(at))
            {
                position++;
                continue;
            }

            var length = needles.LengthAt(unread[position..]);
            Replacement.CopyTo(_buffer, at);
            var rest = at + Replacement.Length;
            _buffer.AsSpan(at + length, _end - at - length).CopyTo(_buffer.AsSpan(rest));
            _end -= length - Replacement.Length;
            unread = unread[(position + length)..];
            (_clear, position) = (rest, 0);
        }

        var safe = _ended ? _end : _end - needles.Longest + 1;
        _clear = Math.Max(_clear, safe);
    }

    /// <summary>Whether an escape sequence begins before this byte and reaches it: then no key begins here, and JSON would break.</summary>
    private bool IsInsideEscape(int at)
    {
        if (IsEscaped(at))
        {
            return true;
        }

        for (var back = 1; back <= 4 && at - back >= 0; back++)
        {
            if (_buffer[at - back] == 'u' && IsEscaped(at - back))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsEscaped(int at)
    {
        var slashes = 0;
        while (at - slashes > 0 && _buffer[at - slashes - 1] == '\\')
        {
            slashes++;
        }

        return slashes % 2 == 1;
    }
}
