using EventPipeline.People;

namespace EventPipeline.Tests.People;

/// <summary>Who probably owns what belongs to nobody yet, and why.</summary>
public sealed class PeopleSuggestionsTests
{
    private static readonly DateOnly Today = new(2026, 11, 30);

    private static readonly ListedName Ann =
        new("anthropic", "user", "user_1", "Ann Example", "Ann@Example.com", null);

    [Fact]
    public void A_users_email_address_belongs_to_the_person_it_names()
    {
        Suggest([Ann], []).ShouldBe(
        [
            new PeopleSuggestion(
                new OwnedId(null, "email", "ann@example.com"),
                new Owner("ann@example.com", "Ann Example", null, null, null),
                "anthropic lists the user Ann Example with it"),
        ]);
    }

    [Fact]
    public void Who_is_known_by_name_is_suggested_with_the_team()
    {
        var owner = new Owner("e-42", "ann example", "red", null, null);

        Suggest([Ann], [(new OwnedId("openai", "user", "user-9"), owner)])
            .ShouldHaveSingleItem().Owner.ShouldBe(owner);
    }

    [Theory]
    [InlineData("anthropic", """{"created_by":{"id":"user_1","type":"user"}}""")]
    [InlineData("anthropic", """{"owner":{"type":"user","user":{"id":"user_1","name":"Ann"}}}""")]
    public void A_key_belongs_to_the_user_that_made_or_owns_it(string vendor, string details)
    {
        var found = Suggest([Ann, new ListedName(vendor, "api_key", "key_1", "prod", null, details)], []);

        found[^1].Id.ShouldBe(new OwnedId(vendor, "api_key", "key_1"));
        found[^1].Owner.Person.ShouldBe("ann@example.com");
        found[^1].Why.ShouldBe("anthropic names user_1 as its user");
    }

    [Theory]
    [InlineData("laptop-ann", true)]
    [InlineData("ANN's key", true)]
    [InlineData("planning", false)]
    [InlineData("ann-and-bob", false)]
    public void A_key_belongs_to_the_one_person_whom_its_name_names(string name, bool isSuggested)
    {
        var bob = new ListedName("anthropic", "user", "user_2", "Bob", "bob@example.com", null);

        var found = Suggest([Ann, bob, new ListedName("openai", "api_key", "key_1", name, null, null)], []);

        found.Any(one => one.Id.Kind == "api_key").ShouldBe(isSuggested);
    }

    [Fact]
    public void What_is_owned_is_not_suggested()
    {
        var owner = new Owner("ann", null, null, null, null);

        Suggest(
            [Ann, new ListedName("openai", "api_key", "key_1", "ann", null, null)],
            [
                (new OwnedId(null, "email", "ann@example.com"), owner),
                (new OwnedId("openai", "api_key", "key_1"), owner),
            ]).ShouldBeEmpty();
    }

    [Fact]
    public void What_belongs_to_nobody_today_is_suggested_even_if_it_will_belong_to_somebody()
    {
        var id = new OwnedId(null, "email", "ann@example.com");
        var owner = new Owner("ann", null, null, null, null);

        PeopleSuggestions.Create([Ann], [new Ownership(id, Today.AddDays(1), owner)], Today).ShouldHaveSingleItem();
        PeopleSuggestions.Create([Ann], [new Ownership(id, Today, owner)], Today).ShouldBeEmpty();
        PeopleSuggestions.Create(
            [Ann], [new Ownership(id, Today, owner), new Ownership(id, Today.AddDays(1), Owner.Nobody)], Today)
            .ShouldBeEmpty();
    }

    private static List<PeopleSuggestion> Suggest(
        IReadOnlyList<ListedName> listed, (OwnedId Id, Owner Owner)[] owned) =>
        [.. PeopleSuggestions.Create(listed, owned.Select(one => new Ownership(one.Id, Today, one.Owner)), Today)];
}
