using EventPipeline.Messages;

namespace EventPipeline.Tests.Trigger;

/// <summary>How attributes are found, and which names are not free.</summary>
public sealed class AttributesTests
{
    private static readonly Attributes Some = new(
    [
        KeyValuePair.Create("Days", "3"), KeyValuePair.Create("days", "4"), KeyValuePair.Create("Mode", "dry_run"),
    ]);

    [Fact]
    public void A_name_is_found_in_any_case_and_kept_as_it_was_published()
    {
        (Some["DAYS"], Some["mode"], Some["force"]).ShouldBe(("3", "dry_run", null));
        Some.Names.ShouldBe(["Days", "days", "Mode"]);
        Some.ToDictionary()["days"].ShouldBe("4");
        Some.Without(name => name == "Days")["DAYS"].ShouldBe("4");
    }

    [Fact]
    public void A_name_that_has_to_come_once_is_refused_where_it_comes_in_two_cases()
    {
        (Some.Only("MODE"), Some.Only("force")).ShouldBe(("dry_run", null));
        Should.Throw<RejectedEventException>(() => Some.Only("days")).Message.ShouldContain("days occurs twice");
    }

    [Theory]
    [InlineData("days", false, false, false)]
    [InlineData("Content-Type", true, true, false)]
    [InlineData("ce-id", true, false, false)]
    [InlineData("CE-TraceParent", true, true, false)]
    [InlineData("traceState", true, true, false)]
    [InlineData("googclient_schemaname", true, true, true)]
    [InlineData("GoogX", true, true, true)]
    [InlineData("cloudpubsubdeadlettersourcedeliverycount", true, true, true)]
    [InlineData("CloudPubSubOther", true, false, false)]
    public void Those_who_ask_for_reserved_names_mean_different_groups(
        string name, bool isNoArgument, bool isOfTheJourney, bool isLeftOutByAReplay) =>
        (ReservedNames.IsNoArgument(name), ReservedNames.IsOfTheJourney(name), ReservedNames.IsPubSubs(name))
            .ShouldBe((isNoArgument, isOfTheJourney, isLeftOutByAReplay));
}
