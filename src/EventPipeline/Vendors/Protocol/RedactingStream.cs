using System.Buffers.Text;
using System.Text;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// A JSON body without the keys that were sent for it: they are taken out before anything is read from it or kept of
/// it, even if a key is cut across reads or spelled with escapes: \u0073 is s to any reader, and becomes s here. Memory
/// is bounded by the buffer and the longest spelling of a key.
/// </summary>
internal sealed class RedactingStream(Stream inner, Redaction redaction) : AsyncReadStream
{
    private const int Size = 32 * 1024;

    // So much of what was handed on is kept: whether a match begins inside an escape sequence shows only before it.
    private const int Context = 8;
    private const int MaxEscapeLength = 6;
    private static readonly byte[] Replacement = Encoding.UTF8.GetBytes(Redaction.Replacement);

    private byte[] _buffer = [];
    private char[] _characters = [];
    private int _start;
    private int _clear;
    private int _end;
    private int _read;
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
            var count = await inner.ReadAsync(_buffer.AsMemory(_read), cancellationToken);
            (_ended, _read) = (count == 0, _read + count);
            Unescape();
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
        var wanted = Context + longest + MaxEscapeLength + Size;
        var target = _buffer.Length >= wanted ? _buffer : new byte[wanted];
        _buffer.AsSpan(from, _read - from).CopyTo(target);
        (_buffer, _start, _clear, _end, _read) = (target, kept, _clear - from, _end - from, _read - from);
        if (_characters.Length < _buffer.Length)
        {
            _characters = new char[_buffer.Length];
        }
    }

    /// <summary>
    /// Writes out the escaped characters that keys are made of, from the end on; an escape that has not come whole is
    /// left behind the end.
    /// </summary>
    private void Unescape()
    {
        var unread = _buffer.AsSpan(_end, _read - _end);
        var (from, to) = (0, 0);
        while (from < unread.Length)
        {
            var rest = unread[from..];
            var plain = rest.IndexOf((byte)'\\');
            plain = plain < 0 ? rest.Length : plain;
            rest[..plain].CopyTo(unread[to..]);
            (from, to) = (from + plain, to + plain);
            rest = rest[plain..];
            if (rest.IsEmpty || (!_ended && (rest.Length == 1 || (rest[1] == 'u' && rest.Length < MaxEscapeLength))))
            {
                break;
            }

            if (Escaped(rest) is { } character)
            {
                unread[to++] = character;
                from += MaxEscapeLength;
                continue;
            }

            var length = Math.Min(2, rest.Length); // Not more: what follows may be another escape.
            rest[..length].CopyTo(unread[to..]);
            (from, to) = (from + length, to + length);
        }

        var left = unread[from..];
        left.CopyTo(unread[to..]);
        (_end, _read) = (_end + to, _end + to + left.Length);
    }

    private static byte? Escaped(ReadOnlySpan<byte> escape) =>
        escape.StartsWith("\\u00"u8) && escape.Length >= MaxEscapeLength
        && Utf8Parser.TryParse(escape[4..MaxEscapeLength], out byte character, out var read, 'x') && read == 2
        && (char.IsAsciiLetterOrDigit((char)character) || character is (byte)'.' or (byte)'_' or (byte)'-')
            ? character
            : null;

    /// <summary>
    /// Takes out what is whole and decides how much can be handed on: all but what may be the beginning of a key.
    /// </summary>
    private void Clear(Redaction.Needles needles)
    {
        // Bytes as characters, one each: keys are ASCII, and only characters can be searched for many texts at once.
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
            _buffer.AsSpan(at + length, _read - at - length).CopyTo(_buffer.AsSpan(rest));
            (_end, _read) = (_end - length + Replacement.Length, _read - length + Replacement.Length);
            unread = unread[(position + length)..];
            (_clear, position) = (rest, 0);
        }

        var safe = _ended ? _end : _end - needles.Longest + 1;
        _clear = Math.Max(_clear, safe);
    }

    /// <summary>
    /// Whether an escape sequence begins before this byte and reaches it: then no key begins here, and JSON would
    /// break.
    /// </summary>
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
