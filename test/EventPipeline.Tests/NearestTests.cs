namespace EventPipeline.Tests;

public sealed class NearestTests
{
    [Fact]
    public void The_nearest_valid_value_is_the_one_with_the_fewest_edits() =>
        Nearest.To("prodution", RunModeNames.All).ShouldBe("production");
}
