using EventPipeline.Vendors.Contract;

namespace EventPipeline.Load;

/// <summary>Turns pieces of pages into lines of <c>raw_page</c>, one buffer for all.</summary>
internal sealed class RawPageLine(string loadId, LoadRequest request) : IDisposable
{
    private readonly JsonLine _line = new();

    /// <summary>The line; valid until the next call.</summary>
    /// <param name="part">The piece.</param>
    /// <param name="fetchedAt">When it came, UTC.</param>
    public ReadOnlyMemory<byte> Write(PagePart part, DateTimeOffset fetchedAt)
    {
        _line.Restart(behind: 1);
        _line.Add("load_id"u8, loadId);
        _line.Add("vendor"u8, request.Window.Vendor);
        _line.Add("account_id"u8, request.AccountId);
        _line.Add("report"u8, request.Window.Report);
        _line.Add("window_start"u8, request.Window.From);
        _line.Add("window_end"u8, request.Window.To);
        _line.Add("page_no"u8, part.PageNo);
        _line.Add("part_no"u8, part.PartNo);
        _line.Add("request_hash"u8, part.RequestHash);
        _line.Add("http_status"u8, part.HttpStatus);
        _line.AddLong("payload"u8, part.Payload.Span);
        _line.Add("fetched_at"u8, fetchedAt);
        _line.End();
        _line.Written.Span[0] = (byte)'{';
        return _line.Written;
    }

    public void Dispose() => _line.Dispose();
}
