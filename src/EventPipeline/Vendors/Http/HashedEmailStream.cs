using System.Buffers;
using System.Globalization;
using System.Text;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// A body whose e-mail addresses are hashed before anything is read from it or kept of it, even if one is cut across
/// reads or spelled with JSON's escapes. Memory is bounded by the buffer and the longest word.
/// </summary>
internal sealed class HashedEmailStream(Stream inner, EmailHash hash) : AsyncReadStream
{
    private const int Size = 32 * 1024;

    // Longer than any address (RFC 5321, 4.5.3.1).
    private const int MaxWord = 1024;
    private const int MaxLocalPart = 64;
    private const int MaxDomain = 256;
    private const int EscapeLength = 6;

    private static readonly SearchValues<byte> OfWords = SearchValues.Create(
        [
            .. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value =>
                value >= 0x80 || char.IsAsciiLetterOrDigit((char)value) || "._+%'-@".Contains((char)value)),
        ]);

    private readonly byte[] _input = new byte[Size];
    private readonly ArrayBufferWriter<byte> _output = new(Size);

    /// <summary>The bytes of the word that has begun, as they came and without escapes.</summary>
    private readonly List<byte> _raw = [];
    private readonly List<byte> _word = [];

    /// <summary>The bytes of an escape that has not come whole.</summary>
    private readonly List<byte> _escape = [];
    private int _given;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_given == _output.WrittenCount && !_ended && !buffer.IsEmpty)
        {
            _output.ResetWrittenCount();
            _given = 0;
            var count = await inner.ReadAsync(_input, cancellationToken);
            _ended = count == 0;
            Take(_input.AsSpan(0, count));
            if (_ended)
            {
                EndEscape();
                EndWord();
            }
        }

        var ready = Math.Min(buffer.Length, _output.WrittenCount - _given);
        _output.WrittenMemory.Slice(_given, ready).CopyTo(buffer);
        _given += ready;
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

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_escape.Count > 0)
            {
                TakeEscaped(bytes[0]);
                bytes = bytes[1..];
                continue;
            }

            var length = bytes.IndexOfAnyExcept(OfWords) is >= 0 and var end ? end : bytes.Length;
            if (length > 0)
            {
                Add(bytes[..length], bytes[..length]);
                bytes = bytes[length..];
            }
            else if (bytes[0] == '\\')
            {
                _escape.Add(bytes[0]);
                bytes = bytes[1..];
            }
            else
            {
                EndWord();
                var others = bytes.IndexOfAny(OfWords) is >= 0 and var next ? next : bytes.Length;
                others = bytes[..others].IndexOf((byte)'\\') is >= 0 and var slash ? slash : others;
                _output.Write(bytes[..others]);
                bytes = bytes[others..];
            }
        }
    }

    private void TakeEscaped(byte next)
    {
        _escape.Add(next);
        if (_escape.Count == 2 ? next != 'u' : !char.IsAsciiHexDigit((char)next))
        {
            EndEscape(); // No character: a line break, a quotation mark, or no JSON.
            return;
        }

        if (_escape.Count < EscapeLength)
        {
            return;
        }

        var digits = _escape[2..].Select(digit => (char)digit).ToArray();
        var character = (char)int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (char.IsSurrogate(character)
            || (character < 0x80 && !OfWords.Contains((byte)character)))
        {
            EndEscape();
            return;
        }

        Add([.. _escape], Encoding.UTF8.GetBytes([character]));
        _escape.Clear();
    }

    /// <summary>What was escaped is in no word.</summary>
    private void EndEscape()
    {
        if (_escape.Count > 0)
        {
            EndWord();
            _output.Write(_escape.ToArray());
            _escape.Clear();
        }
    }

    private void Add(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> word)
    {
        _raw.AddRange(raw);
        _word.AddRange(word);
        if (_word.Count > MaxWord)
        {
            Shorten();
        }
    }

    /// <summary>
    /// Hands a long word on, such as a token, but for what may be the beginning of an address. Its escapes are spelled
    /// out: none of a word's characters needs one.
    /// </summary>
    private void Shorten()
    {
        var at = _word.LastIndexOf((byte)'@');
        var kept = at >= 0 && _word.Count - at <= MaxDomain
            ? Math.Max(0, at - MaxLocalPart)
            : _word.Count - MaxLocalPart;
        Write(_word[..kept].ToArray());
        _word.RemoveRange(0, kept);
        _raw.Clear();
        _raw.AddRange(_word);
    }

    private void Write(byte[] word)
    {
        if (!word.Contains((byte)'@'))
        {
            _output.Write(word);
            return;
        }

        var text = Encoding.UTF8.GetString(word);
        var hashed = hash.Replace(text);
        _output.Write(hashed == text ? word : Encoding.UTF8.GetBytes(hashed));
    }

    private void EndWord()
    {
        if (_raw.Count == 0)
        {
            return;
        }

        if (_word.Contains((byte)'@'))
        {
            Write([.. _word]);
        }
        else
        {
            _output.Write(_raw.ToArray());
        }

        _raw.Clear();
        _word.Clear();
    }
}
