using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// Distinguishes new rows from repeated ones by what the vendor said: the natural key, and anything undocumented. Gives
/// each new row the key it is stored under, unique within its day and the same whatever the order of rows: the natural
/// key, with unknown texts and flags in it if there are any. Unknown numbers may be metrics, which change from read to
/// read, so rows that would otherwise share a key are only numbered.
/// </summary>
internal sealed class RowIdentities
{
    private readonly BucketKeys _keys = new();
    private bool _counts;

    /// <summary>How much is remembered, of <see cref="BucketKeys.Most"/>.</summary>
    public int Count => _keys.Count;

    /// <summary>Remembers a row.</summary>
    /// <param name="record">The row, with its natural key.</param>
    /// <param name="rowHash">The hash of its columns.</param>
    /// <param name="rowKey">The key to store it under, where it is new.</param>
    public KeyFinding Add(VendorRecord record, UInt128 rowHash, out RowKey rowKey)
    {
        var words = record.Words;
        rowKey = words.Texts == 0
            ? record.RowKey
            : RowKey.Create("row_key", record.RowKey.ToString(), "texts", Hex(words.Texts));
        var key = unchecked(rowKey.Value + ((UInt128)record.UsageDate.DayNumber << 64));
        var isTaken = words.Others != 0 && _keys.Contains(key);
        var finding = _keys.Add(words.Others == 0 ? key : Mix(key, words.Others), Mix(rowHash, words.Values));
        if (finding == KeyFinding.New && (words.Others != 0 || _counts))
        {
            _counts = true;
            rowKey = _keys.CountUp(Mix(key, 0), first: isTaken ? 2UL : 1UL) switch
            {
                1 => rowKey,
                null => RowKey.Create("row_key", rowKey.ToString(), "others", Hex(words.Others)),
                var number => RowKey.Create(
                    "row_key", rowKey.ToString(), "number", number.Value.ToString(CultureInfo.InvariantCulture)),
            };
        }

        return finding;
    }

    /// <summary>
    /// A hash of everything in one row that can differ: added up, it distinguishes two readings of a day.
    /// </summary>
    public static UInt128 Hash(VendorRecord record, UInt128 rowHash) =>
        Mix(Mix(rowHash, record.Words.Values), unchecked(record.Words.Texts + record.Words.Others));

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _keys.Clear();
        _counts = false;
    }

    private static UInt128 Mix(UInt128 one, UInt128 other)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, one);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[16..], other);
        return XxHash128.HashToUInt128(bytes);
    }

    private static string Hex(UInt128 hash) => hash.ToString("x32", CultureInfo.InvariantCulture);
}
