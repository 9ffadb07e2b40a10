using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Keys;

/// <summary>
/// Puts natural keys together, one after the other: who, what, grain, bucket, and the dimensions in the grain's order.
/// Not thread-safe.
/// </summary>
internal sealed class NaturalKey
{
    private readonly KeyParts _parts = new();
    private FetchContext? _fetch;
    private (string? Grain, Bucket Bucket) _of;
    private int _head;

    /// <summary>The key of a row in a one-day bucket.</summary>
    public static RowKey Create(
        FetchContext fetch, string grain, DateOnly day, params IEnumerable<(string Name, string? Value)> dimensions) =>
        Create(fetch, grain, Bucket.FromDay(day), dimensions);

    /// <summary>The key of a row in a bucket of any width, or of an event.</summary>
    public static RowKey Create(
        FetchContext fetch, string grain, Bucket bucket, params IEnumerable<(string Name, string? Value)> dimensions)
    {
        var key = new NaturalKey();
        key.Begin(fetch, grain, bucket);
        foreach (var (name, value) in dimensions)
        {
            key.Add(name);
            key.Add(value);
        }

        return key.ToRowKey();
    }

    /// <summary>Begins a key. What the rows of a bucket share is put together once.</summary>
    public void Begin(FetchContext fetch, string grain, Bucket bucket)
    {
        if (ReferenceEquals(_fetch, fetch) && _of == (grain, bucket))
        {
            _parts.CutTo(_head);
            return;
        }

        (_fetch, _of) = (fetch, (grain, bucket));
        _parts.CutTo(0);
        ReadOnlySpan<string> head =
        [
            "vendor", fetch.Window.Vendor,
            "account", fetch.AccountId,
            "report", fetch.Window.Report,
            "grain", grain,
            "bucket_start",
            bucket.Start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            "bucket_width", bucket.Width,
        ];
        foreach (var part in head)
        {
            _parts.Add(part);
        }

        _head = _parts.Length;
    }

    /// <summary>Adds the name of a dimension, or its value.</summary>
    public void Add(string? part) => _parts.Add(part);

    /// <summary>Adds a value in UTF-8.</summary>
    public void AddUtf8(ReadOnlySpan<byte> part) => _parts.AddUtf8(part);

    /// <summary>The key.</summary>
    public RowKey ToRowKey() => _parts.ToRowKey();
}
