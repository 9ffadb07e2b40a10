namespace EventPipeline.Tests;

public sealed class BackoffTests
{
    private static readonly Backoff Plain = new(TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1_000)]
    [InlineData(5, 8_000)]
    [InlineData(6, 10_000)]
    [InlineData(7, 10_000)]
    [InlineData(1_000_000, 10_000)]
    public void Each_wait_is_longer_than_the_last_up_to_the_longest(int failures, int milliseconds)
    {
        Plain.After(failures).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        (Plain with { Jitter = 0.5 }).AtMostAfter(failures).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 3_000)]
    [InlineData(4, 27_000)]
    [InlineData(5, 60_000)]
    public void The_factor_says_how_much_longer(int failures, int milliseconds) =>
        new Backoff(TimeSpan.FromSeconds(1), 3, TimeSpan.FromMinutes(1)).After(failures)
            .ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void A_first_wait_beyond_the_longest_is_the_longest() =>
        new Backoff(TimeSpan.FromSeconds(5), 2, TimeSpan.FromSeconds(1)).After(1).ShouldBe(TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(0.5, 3)]
    [InlineData(0.5, 50)]
    [InlineData(1.0, 3)]
    public void Jitter_takes_away_at_most_its_share_and_adds_nothing(double jitter, int failures)
    {
        var most = Plain.After(failures);

        var waits = Enumerable.Range(0, 1_000).Select(_ => (Plain with { Jitter = jitter }).After(failures)).ToList();

        waits.ShouldAllBe(wait => most * (1 - jitter) <= wait && wait <= most);
        waits.Distinct().Count().ShouldBeGreaterThan(1);
    }
}
