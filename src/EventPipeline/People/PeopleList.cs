namespace EventPipeline.People;

/// <summary>A line of a list of people.</summary>
/// <param name="Number">The line, or of a table the row, counted from 1.</param>
/// <param name="Id">What is owned.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="From">The first day, UTC; null where the line does not say.</param>
/// <param name="To">The last day, UTC; null while it lasts.</param>
internal sealed record PeopleLine(int Number, OwnedId Id, Owner Owner, DateOnly? From, DateOnly? To);

/// <summary>Who owns what, as a person lists it.</summary>
/// <param name="vendors">The vendors that an id can be of.</param>
/// <param name="emails">Hashes e-mail addresses, wherever they stand; null where they stay.</param>
internal sealed class PeopleList(IReadOnlyCollection<string> vendors, EmailHash? emails = null)
    : CheckedList([.. Columns.Split(','), Reason], ["kind", "id"])
{
    public const string Columns = "vendor,kind,id,person,name,team,cost_center,manager,from,to";

    /// <summary>Says why a line is suggested. It is for whoever reads the list, and is not stored.</summary>
    public const string Reason = "reason";

    private readonly List<PeopleLine> _lines = [];

    /// <summary>What was read.</summary>
    public IReadOnlyList<PeopleLine> Lines => _lines;

    protected override void Read(Line line)
    {
        var kind = line.OneOf("kind", OwnedId.Kinds, line.Text("kind")?.ToLowerInvariant());
        var id = line.Required("id") is null ? null : Text(line, "id");
        var vendor = line.Text("vendor");
        if (kind == OwnedId.Email)
        {
            id = id?.ToLowerInvariant();
            if (id is not null && !id.Contains('@') && !id.StartsWith(EmailHash.Prefix, StringComparison.Ordinal))
            {
                line.Mistake($"'{Shown.Plain(id, 80)}' is not an e-mail address.");
            }

            if (vendor is not null)
            {
                line.Mistake("an e-mail address counts for every vendor: leave the vendor empty.");
            }
        }
        else
        {
            line.OneOf("vendor", vendors, vendor);
        }

        var owner = new Owner(
            Text(line, "person"),
            Text(line, "name"),
            line.Text("team"),
            line.Text("cost_center"),
            Text(line, "manager"));
        var (from, to) = (line.Day("from"), line.Day("to"));
        if (owner.IsNobody && from is null && line.IsRight)
        {
            line.Mistake("neither a person nor a team owns it. To end an ownership, say from when ('from').");
        }

        if (from > to)
        {
            line.Mistake($"it ends on {to:yyyy-MM-dd}, before it begins on {from:yyyy-MM-dd}.");
        }

        if (line.IsRight)
        {
            _lines.Add(new PeopleLine(line.Number, new OwnedId(vendor, kind!, id!), owner, from, to));
        }
    }

    private string? Text(Line line, string column) =>
        line.Text(column) is { } text && emails is not null ? emails.Replace(text) : line.Text(column);
}
