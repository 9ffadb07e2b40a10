namespace EventPipeline.Tests;

public sealed class NearestTests
{
    [Fact]
    public void The_nearest_valid_value_is_the_one_with_the_fewest_edits() =>
        Nearest.To("prodution", RunModeNames.All).ShouldBe("production");

    [Fact]
    public void It_is_asked_for_in_one_phrase_with_the_choice_where_that_helps()
    {
        Nearest.DidYouMean("prodution", RunModeNames.All).ShouldBe("Did you mean 'production'?");
        Nearest.DidYouMeanOneOf("pen", ["open", "replayed"])
            .ShouldBe("Did you mean 'open'? Valid values: open, replayed.");
    }

    [Fact]
    public void Where_nothing_is_valid_something_else_is_said()
    {
        Nearest.DidYouMean("acme", []).ShouldBeEmpty();
        Nearest.DidYouMean("acme", [], "No account is configured.").ShouldBe("No account is configured.");
        Nearest.DidYouMeanOneOf("acme", [], "It reads none.").ShouldBe("It reads none.");
    }

    [Fact]
    public void A_long_name_is_compared_to_its_end()
    {
        var section = $"Vendors__{new string('x', 60)}__";

        Nearest.To($"{section}Sekret", [$"{section}Name", $"{section}Secret"]).ShouldBe($"{section}Secret");
    }
}
