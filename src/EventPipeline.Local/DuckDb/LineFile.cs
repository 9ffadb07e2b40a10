namespace EventPipeline.Local.DuckDb;

/// <summary>A file of lines, written once from the beginning and then read in ranges. Disposed, it is gone.</summary>
/// <param name="path">Where it is; it must not exist.</param>
internal sealed class LineFile(string path) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private FileStream? _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private int _buffered;

    /// <summary>How many bytes the lines have so far, line breaks included.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a line, given without its line break.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (_buffer.Length - _buffered <= line.Length)
        {
            return WriteThroughAsync(line, cancellationToken);
        }

        Keep(line.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the writing.</summary>
    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (_file is { } file)
        {
            await FlushAsync(cancellationToken);
            await file.DisposeAsync();
            _file = null;
        }
    }

    /// <summary>Opens the closed file.</summary>
    public LineReader Open() => new(path);

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }

        File.Delete(path);
    }

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        if (line.Length < _buffer.Length)
        {
            Keep(line.Span);
            return;
        }

        await _file!.WriteAsync(line, cancellationToken);
        Length += line.Length;
        Keep([]);
    }

    private void Keep(ReadOnlySpan<byte> line)
    {
        line.CopyTo(_buffer.AsSpan(_buffered));
        _buffer[_buffered + line.Length] = (byte)'\n';
        _buffered += line.Length + 1;
        Length += line.Length + 1;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _file!.WriteAsync(_buffer.AsMemory(0, _buffered), cancellationToken);
        _buffered = 0;
    }
}
