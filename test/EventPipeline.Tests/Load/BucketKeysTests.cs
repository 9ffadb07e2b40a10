using EventPipeline.Load;

namespace EventPipeline.Tests.Load;

public sealed class BucketKeysTests
{
    private static readonly UInt128[] Remembered = [.. Enumerable.Range(1, BucketKeys.Most).Select(Key)];

    [Fact]
    public void Every_key_up_to_the_limit_is_remembered_with_its_row()
    {
        var keys = new BucketKeys();

        Remembered.Count(key => keys.Add(key, key) == KeyFinding.New).ShouldBe(BucketKeys.Most);
        Remembered.Count(key => keys.Add(key, key) == KeyFinding.Repeated).ShouldBe(BucketKeys.Most);
        Remembered.Take(1_000).ShouldAllBe(key => keys.Add(key, key + 1) == KeyFinding.Contradicted);
    }

    [Fact]
    public void Keys_beyond_the_limit_are_taken_for_new_and_forget_none_of_the_others()
    {
        var keys = Full();
        foreach (var i in Enumerable.Range(BucketKeys.Most + 1, 1_000))
        {
            keys.Add(Key(i), (UInt128)i).ShouldBe(KeyFinding.New);
            keys.Add(Key(i), (UInt128)i).ShouldBe(KeyFinding.New);
        }

        keys.Add(Key(7), Key(7)).ShouldBe(KeyFinding.Repeated);
    }

    [Fact]
    public void Keys_that_differ_in_one_half_only_are_two()
    {
        var keys = new BucketKeys();

        keys.Add(new UInt128(5, 1), 1).ShouldBe(KeyFinding.New);
        keys.Add(new UInt128(5, 2), 1).ShouldBe(KeyFinding.New);
        keys.Add(new UInt128(6, 1), 1).ShouldBe(KeyFinding.New);
        keys.Add(new UInt128(5, 1), 1).ShouldBe(KeyFinding.Repeated);
    }

    [Fact]
    public void A_cleared_bucket_knows_nothing_and_has_room_again()
    {
        var keys = Full();

        keys.Clear();

        keys.Add(Key(1), 2).ShouldBe(KeyFinding.New);
        keys.Add(Key(1), 2).ShouldBe(KeyFinding.Repeated);
    }

    private static BucketKeys Full()
    {
        var keys = new BucketKeys();
        Array.ForEach(Remembered, key => keys.Add(key, key));
        return keys;
    }

    private static UInt128 Key(int i) => new(
        (ulong)i * 0x9E3779B97F4A7C15, System.IO.Hashing.XxHash3.HashToUInt64(BitConverter.GetBytes(i)));
}
