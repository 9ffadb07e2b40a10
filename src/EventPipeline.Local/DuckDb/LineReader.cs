using Microsoft.Win32.SafeHandles;

namespace EventPipeline.Local.DuckDb;

/// <summary>Reads lines of a file into one buffer, which grows to the longest.</summary>
/// <param name="path">The file.</param>
internal sealed class LineReader(string path) : IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path);
    private byte[] _buffer = new byte[64 * 1024];
    private long _next;
    private long _left;
    private int _from;
    private int _to;

    /// <summary>Goes to whole lines anywhere in the file.</summary>
    /// <param name="start">The first byte of the first line.</param>
    /// <param name="length">How many bytes, the last line's break included.</param>
    public void GoTo(long start, long length) => (_next, _left, _from, _to) = (start, length, 0, 0);

    /// <summary>The next line, without its break; valid until the next call.</summary>
    /// <returns>False after the last of them.</returns>
    public bool TryRead(out Memory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var end = _buffer.AsSpan(_from + searched, _to - _from - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                line = _buffer.AsMemory(_from, searched + end);
                _from += searched + end + 1;
                return true;
            }

            searched = _to - _from;
            if (_left == 0)
            {
                line = default;
                return false;
            }

            Fill();
        }
    }

    public void Dispose() => _file.Dispose();

    private void Fill()
    {
        if (_from == 0 && _to == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_from, _to) = (0, _to - _from);
        var room = _buffer.AsSpan(_to, (int)Math.Min(_left, _buffer.Length - _to));
        var read = RandomAccess.Read(_file, room, _next);
        if (read == 0)
        {
            throw new EndOfStreamException($"{path} is shorter than what was written into it.");
        }

        _to += read;
        _next += read;
        _left -= read;
    }
}
