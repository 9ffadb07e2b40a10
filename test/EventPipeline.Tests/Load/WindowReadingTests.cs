using CsCheck;
using EventPipeline.Load;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Load;

public sealed class WindowReadingTests
{
    private static readonly DateOnly Monday = new(2026, 11, 16);
    private static readonly Window Week = new("anthropic", "acme", "messages_usage", Monday, Monday.AddDays(1));

    [Fact]
    public void An_identical_repeat_is_dropped_and_counted()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);

        reading.Add(Row("a", 5), 77).ShouldNotBeNull();
        reading.Add(Row("a", 5), 77).ShouldBeNull();

        reading.Repeats.ShouldBe(1);
        reading.Days[Monday].Tokens.ShouldBe(5);
    }

    [Fact]
    public void The_same_key_with_other_values_breaks_the_contract()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);
        reading.Add(Row("a", 5), 77);

        Should.Throw<RejectedEventException>(() => reading.Add(Row("a", 6), 78)).Cause.ShouldBe(
            RejectionCause.BrokenContract);
    }

    [Fact]
    public void A_bucket_may_continue_on_the_next_page()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);
        reading.Add(Row("a", 5), 77);
        reading.Begin(Monday);
        reading.Add(Row("b", 1), 78);

        reading.Days[Monday].Rows.ShouldBe(2);
    }

    [Fact]
    public void A_day_that_comes_twice_with_the_same_content_is_dropped_and_counted()
    {
        var reading = new WindowReading(Week);
        foreach (var day in new[] { Monday, Monday.AddDays(1), Monday })
        {
            reading.Begin(day);
            reading.Add(Row("a", 5, day), (UInt128)day.DayNumber);
        }

        reading.Complete();

        reading.Repeats.ShouldBe(1);
        reading.Days[Monday].Tokens.ShouldBe(5);
    }

    [Fact]
    public void A_day_that_comes_twice_with_other_content_breaks_the_contract()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);
        reading.Add(Row("a", 5), 77);
        reading.Begin(Monday.AddDays(1));
        reading.Begin(Monday);
        reading.Add(Row("a", 6), 78);

        Should.Throw<RejectedEventException>(reading.Complete).Message.ShouldContain("2026-11-16 arrived twice");
    }

    [Fact]
    public void A_day_that_comes_again_without_rows_contradicts_nothing()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);
        reading.Add(Row("a", 5), 77);
        reading.Begin(Monday.AddDays(1));
        reading.Begin(Monday);

        reading.Complete();

        reading.Days[Monday].Tokens.ShouldBe(5);
    }

    [Fact]
    public void A_missing_day_fails_the_attempt_because_absent_is_not_empty()
    {
        var reading = new WindowReading(Week);
        reading.Begin(Monday);

        Should.Throw<TransientFailureException>(reading.Complete).Message.ShouldContain("2026-11-17");
    }

    [Fact]
    public void A_day_outside_the_window_breaks_the_contract() =>
        Should.Throw<RejectedEventException>(() => new WindowReading(Week).Begin(Monday.AddDays(2)))
            .Message.ShouldContain("outside the window");

    [Fact]
    public void The_digest_does_not_depend_on_the_order_of_rows() => Gen.ULong.Array[1, 20].Sample(hashes =>
    {
        var forwards = Digest(hashes);
        var backwards = Digest([.. hashes.Reverse()]);
        return forwards == backwards;
    });

    [Fact]
    public void The_digest_tells_a_changed_row_from_the_same_one() =>
        Gen.Select(Gen.ULong, Gen.ULong).Sample((one, other) =>
        one == other || Digest([one]) != Digest([other]));

    private static string Digest(ulong[] hashes)
    {
        var day = new DayReading();
        foreach (var hash in hashes)
        {
            day.Add(Row("a", 1), hash);
        }

        return day.Digest;
    }

    private static UsageRecord Row(string key, long tokens, DateOnly? day = null) => new()
    {
        RowKey = RowKey.Create(key),
        Vendor = "anthropic",
        AccountId = "acme",
        Report = "messages_usage",
        Grain = "all.v1",
        UsageDate = day ?? Monday,
        BucketStart = (day ?? Monday).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
        BucketWidth = "1d",
        OutputTokens = tokens,
    };
}
