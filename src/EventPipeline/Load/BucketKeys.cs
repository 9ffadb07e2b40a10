namespace EventPipeline.Load;

/// <summary>
/// The identities of rows, each with the hash of its row, in 32 bytes apiece. It remembers a limited number: memory
/// does not grow with what a vendor sends in a day. A repeat among the rest is found when the load is verified, by
/// counting rows and distinct keys.
/// </summary>
internal sealed class BucketKeys
{
    /// <summary>How many keys are remembered: 32 MB of them.</summary>
    public const int Most = 1 << 20;

    // Chains in blocks that are never copied: growing by copying leaves several times the size to the garbage
    // collector.
    private const int Chains = 1 << 18;
    private const int BlockSize = 1 << 11;
    private readonly int[] _newest = new int[Chains];
    private readonly List<Entry[]> _blocks = [];

    /// <summary>How many are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>Remembers a key.</summary>
    /// <param name="key">The key: a hash, so that its bits are spread evenly.</param>
    /// <param name="row">The hash of the row.</param>
    public KeyFinding Add(UInt128 key, UInt128 row)
    {
        if (Find(key) is var at && at != 0)
        {
            return At(at).Row == (ulong)row ? KeyFinding.Repeated : KeyFinding.Contradicted;
        }

        Remember(key, (ulong)row);
        return KeyFinding.New;
    }

    /// <summary>Whether a key is remembered.</summary>
    public bool Contains(UInt128 key) => Find(key) != 0;

    /// <summary>Counts how often this was called for a key.</summary>
    /// <param name="key">A key that <see cref="Add"/> never sees.</param>
    /// <param name="first">What the first call counts as.</param>
    /// <returns>Null if it cannot be remembered.</returns>
    public ulong? CountUp(UInt128 key, ulong first)
    {
        if (Find(key) is var at && at != 0)
        {
            return ++At(at).Row;
        }

        return Remember(key, first) ? first : null;
    }

    /// <summary>Forgets every key but keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_newest);
        Count = 0;
    }

    private int Find(UInt128 key)
    {
        var at = Newest(key);
        while (at != 0 && At(at).Key != key)
        {
            at = At(at).Older;
        }

        return at;
    }

    private bool Remember(UInt128 key, ulong row)
    {
        if (Count == Most)
        {
            return false;
        }

        Count++;
        if (_blocks.Count * BlockSize < Count)
        {
            _blocks.Add(new Entry[BlockSize]);
        }

        ref var newest = ref Newest(key);
        At(Count) = new Entry { Key = key, Row = row, Older = newest };
        newest = Count;
        return true;
    }

    private ref int Newest(UInt128 key) => ref _newest[(int)((ulong)key % Chains)];

    /// <summary>An entry by its number, from 1.</summary>
    private ref Entry At(int number) => ref _blocks[(number - 1) / BlockSize][(number - 1) % BlockSize];

    private struct Entry
    {
        /// <summary>The identity.</summary>
        public UInt128 Key;

        /// <summary>Half of the row's hash, enough to distinguish two rows of one key; or a count.</summary>
        public ulong Row;

        /// <summary>The number of the chain's next entry; 0 at its end.</summary>
        public int Older;
    }
}

/// <summary>What is known about a natural key.</summary>
internal enum KeyFinding
{
    /// <summary>It is not among those remembered.</summary>
    New,

    /// <summary>It was there with the same row.</summary>
    Repeated,

    /// <summary>It was there with another row.</summary>
    Contradicted,
}
