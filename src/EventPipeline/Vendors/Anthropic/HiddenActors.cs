using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// Rows of one day whose actor the key may not see: one for each such actor, with equal keys. They are one row here,
/// their sum, whatever order and pages they come in.
/// </summary>
/// <param name="add">Adds a row to another of the same key.</param>
internal sealed class HiddenActors<TRecord>(Func<TRecord, TRecord, TRecord> add)
    where TRecord : VendorRecord
{
    private readonly SortedDictionary<(UInt128 Key, UInt128 Texts), TRecord> _sums = [];

    /// <summary>Takes a row.</summary>
    /// <exception cref="OverflowException">The sum is more than a table holds.</exception>
    public void Add(TRecord row)
    {
        var identity = (row.RowKey.Value, row.Words.Texts);

        // Numbers that nobody documented differ from actor to actor, and distinguish no sums.
        row = row with { Words = row.Words with { Others = 0 } };
        _sums[identity] = _sums.TryGetValue(identity, out var sum) ? add(sum, row) : row;
    }

    /// <summary>The sums of the day, which are then forgotten.</summary>
    public IReadOnlyList<TRecord> Take()
    {
        TRecord[] sums = [.. _sums.Values];
        _sums.Clear();
        return sums;
    }
}
