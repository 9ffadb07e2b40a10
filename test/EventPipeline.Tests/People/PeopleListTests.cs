using EventPipeline.People;

namespace EventPipeline.Tests.People;

/// <summary>A list of people is read strictly: every mistake is found, with its line and what would be right.</summary>
public sealed class PeopleListTests
{
    private readonly PeopleList _list = new(["anthropic", "openai"]);

    [Fact]
    public void A_line_says_what_is_owned_by_whom_and_when()
    {
        Read(
            ("Vendor", " anthropic "), ("KIND", "API_key"), ("id", "apikey_1"), ("person", "ann"), ("name", "Ann"),
            ("team", "red"), ("cost_center", "42"), ("manager", "bob"), ("from", "2026-01-01"), ("to", "2026-02-28"),
            ("reason", "its name is 'ann'"));

        _list.Mistakes.ShouldBeEmpty();
        _list.Lines.ShouldHaveSingleItem().ShouldBe(new PeopleLine(
            2,
            new OwnedId("anthropic", "api_key", "apikey_1"),
            new Owner("ann", "Ann", "red", "42", "bob"),
            new DateOnly(2026, 1, 1),
            new DateOnly(2026, 2, 28)));
    }

    [Fact]
    public void An_email_address_is_of_no_vendor_and_in_lower_case()
    {
        Read(("kind", "email"), ("id", "Ann@Example.com"), ("team", "red"));

        _list.Lines.ShouldHaveSingleItem().Id.ShouldBe(new OwnedId(null, "email", "ann@example.com"));
    }

    [Theory]
    [InlineData("kind", "apikey", "Line 2: 'apikey' is not a kind. Did you mean 'api_key'? "
        + "Valid values: user, email, api_key, workspace, account.")]
    [InlineData("kind", "", "Line 2: the kind is missing: user, email, api_key, workspace, account.")]
    [InlineData("id", " ", "Line 2: the id is missing.")]
    [InlineData("vendor", "antropic", "Line 2: 'antropic' is not a vendor. Did you mean 'anthropic'? "
        + "Valid values: anthropic, openai.")]
    [InlineData("vendor", "", "Line 2: the vendor is missing: anthropic, openai.")]
    [InlineData("from", "30.11.2026", "Line 2: 'from' is '30.11.2026', not a date such as 2026-11-30.")]
    [InlineData("to", "2026-02-30", "Line 2: 'to' is '2026-02-30', not a date such as 2026-11-30.")]
    [InlineData("to", "2025-12-31", "Line 2: it ends on 2025-12-31, before it begins on 2026-01-01.")]
    [InlineData("to", "9999-12-31", "Line 2: 'to' is '9999-12-31', not a date such as 2026-11-30.")]
    public void What_is_wrong_is_said(string column, string text, string mistake)
    {
        var cells = new Dictionary<string, string>
        {
            ["vendor"] = "anthropic", ["kind"] = "api_key", ["id"] = "apikey_1", ["person"] = "ann",
            ["from"] = "2026-01-01",
        };
        cells[column] = text;

        Read([.. cells.Select(cell => (cell.Key, cell.Value))]);

        _list.Lines.ShouldBeEmpty();
        _list.Mistakes.ShouldBe([mistake]);
    }

    [Fact]
    public void Nobody_owns_something_from_a_day_on_and_not_by_mistake()
    {
        Read(("vendor", "openai"), ("kind", "user"), ("id", "user-1"));
        Read(("vendor", "openai"), ("kind", "user"), ("id", "user-1"), ("from", "2026-01-01"));

        _list.Mistakes.ShouldBe(
            ["Line 2: neither a person nor a team owns it. To end an ownership, say from when ('from')."]);
        _list.Lines.ShouldHaveSingleItem().Owner.IsNobody.ShouldBeTrue();
    }

    [Theory]
    [InlineData("email", "ann", "", "Line 2: 'ann' is not an e-mail address.")]
    [InlineData(
        "email",
        "ann@example.com",
        "openai",
        "Line 2: an e-mail address counts for every vendor: leave the vendor empty.")]
    public void An_email_address_is_one(string kind, string id, string vendor, string mistake)
    {
        Read(("kind", kind), ("id", id), ("vendor", vendor), ("team", "red"));

        _list.Mistakes.ShouldBe([mistake]);
    }

    [Theory]
    [InlineData("kind,id,peson", "There is no column 'peson'. Did you mean 'person'?")]
    [InlineData("kind,id,id", "The column 'id' is there 2 times.")]
    [InlineData("kind,team", "The column 'id' is missing.")]
    public void Columns_are_those_that_are_known(string columns, string mistake)
    {
        _list.TryReadColumns(columns.Split(',')).ShouldBeFalse();

        _list.Mistakes.ShouldHaveSingleItem().ShouldStartWith(mistake);
    }

    private void Read(params (string Column, string Text)[] cells)
    {
        _list.TryReadColumns([.. cells.Select(cell => cell.Column)]).ShouldBeTrue();
        _list.Read(
            2,
            column => cells.FirstOrDefault(
                cell => cell.Column.Equals(column, StringComparison.OrdinalIgnoreCase)).Text);
    }
}
