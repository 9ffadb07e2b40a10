namespace EventPipeline.Load;

/// <summary>
/// The natural keys of one bucket, each with the hash of its row, in 32 bytes apiece. It remembers so many and no more: memory does not
/// grow with what a vendor sends in a day. A repeat among the keys that are not remembered is found by the proof of the load, which counts rows and
/// distinct keys.
/// </summary>
internal sealed class BucketKeys
{
    /// <summary>How many keys are remembered: 32 MB of them.</summary>
    public const int Most = 1 << 20;

    // Chains in blocks that are never copied: what grows by copying leaves several times its size to the garbage collector.
    private const int Chains = 1 << 18;
    private const int BlockSize = 1 << 11;
    private readonly int[] _newest = new int[Chains];
    private readonly List<Entry[]> _blocks = [];
    private int _count;

    /// <summary>Remembers a key.</summary>
    /// <param name="key">The key: a hash, so that its bits are spread evenly.</param>
    /// <param name="row">The hash of the row.</param>
    public KeyFinding Add(UInt128 key, UInt128 row)
    {
        ref var newest = ref _newest[(int)((ulong)key % Chains)];
        for (var at = newest; at != 0;)
        {
            ref var entry = ref At(at);
            if (entry.Key == key)
            {
                return entry.Row == (ulong)row ? KeyFinding.Repeated : KeyFinding.Contradicted;
            }

            at = entry.Older;
        }

        if (_count < Most)
        {
            _count++;
            if (_blocks.Count * BlockSize < _count)
            {
                _blocks.Add(new Entry[BlockSize]);
            }

            At(_count) = new Entry(key, (ulong)row, newest);
            newest = _count;
        }

        return KeyFinding.New;
    }

    /// <summary>Forgets every key, and keeps the room for as many.</summary>
    public void Clear()
    {
        Array.Clear(_newest);
        _count = 0;
    }

    /// <summary>An entry by its number, from 1.</summary>
    private ref Entry At(int number) => ref _blocks[(number - 1) / BlockSize][(number - 1) % BlockSize];

    /// <param name="Key">The natural key.</param>
    /// <param name="Row">Half of the row's hash: enough to tell two rows of one key apart.</param>
    /// <param name="Older">The number of the chain's next entry; 0 at its end.</param>
    private readonly record struct Entry(UInt128 Key, ulong Row, int Older);
}

/// <summary>What is known of a natural key.</summary>
internal enum KeyFinding
{
    /// <summary>It is not among those remembered.</summary>
    New,

    /// <summary>It was there with the same row.</summary>
    Repeated,

    /// <summary>It was there with another row.</summary>
    Contradicted,
}
