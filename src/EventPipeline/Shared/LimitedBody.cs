namespace EventPipeline.Shared;

/// <summary>
/// A request's body that may be read up to a limit. What is beyond it stays unread, and the connection open for the
/// answer.
/// </summary>
internal sealed class LimitedBody(Stream body, long maxBytes) : AsyncReadStream
{
    private long _left = maxBytes;

    /// <summary>Reads on.</summary>
    /// <exception cref="BadHttpRequestException">The body is longer than the limit: 413.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        _left -= count;
        return _left >= 0
            ? count
            : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
