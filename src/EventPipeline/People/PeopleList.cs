namespace EventPipeline.People;

/// <summary>A line of a list of people.</summary>
/// <param name="Number">The line, or of a table the row, counted from 1.</param>
/// <param name="Id">What is owned.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="From">The first day, UTC; null where the line does not say.</param>
/// <param name="To">The last day, UTC; null while it lasts.</param>
internal sealed record PeopleLine(int Number, OwnedId Id, Owner Owner, DateOnly? From, DateOnly? To);

/// <summary>
/// Reads a list of people strictly: a mistake anywhere means that nothing of it is taken, and every mistake is found.
/// </summary>
/// <param name="vendors">The vendors that an id can be of.</param>
internal sealed class PeopleList(IReadOnlyCollection<string> vendors)
{
    public const string Columns = "vendor,kind,id,person,name,team,cost_center,manager,from,to";

    /// <summary>Says why a line is suggested. It is for whoever reads the list, and is not stored.</summary>
    public const string Reason = "reason";

    private static readonly string[] Known = [.. Columns.Split(','), Reason];
    private static readonly string[] Needed = ["kind", "id"];

    private readonly List<string> _mistakes = [];
    private readonly List<PeopleLine> _lines = [];

    /// <summary>Everything that is wrong with what was read.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>What was read.</summary>
    public IReadOnlyList<PeopleLine> Lines => _lines;

    /// <summary>Reads the names of the columns; they may come in any order, and in either case.</summary>
    /// <returns>Whether lines can be read with them.</returns>
    public bool TryReadColumns(IReadOnlyList<string> names)
    {
        var before = _mistakes.Count;
        var lower = names.Select(name => name.Trim().ToLowerInvariant()).ToList();
        _mistakes.AddRange(lower.Where(name => !Known.Contains(name)).Select(name =>
            $"There is no column '{Shown.Plain(name, 80)}'. {Nearest.DidYouMeanOneOf(name, Known)}"));
        _mistakes.AddRange(lower.GroupBy(name => name).Where(same => same.Count() > 1).Select(same =>
            $"The column '{Shown.Plain(same.Key, 80)}' is there {same.Count()} times."));
        _mistakes.AddRange(Needed.Where(name => !lower.Contains(name)).Select(name =>
            $"The column '{name}' is missing. The columns are {Columns}."));
        return _mistakes.Count == before;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="number">The line, counted from 1.</param>
    /// <param name="cell">The text in a column; null where the list does not have it.</param>
    public void Read(int number, Func<string, string?> cell)
    {
        var before = _mistakes.Count;
        var (kind, id, vendor) = (Text("kind")?.ToLowerInvariant(), Text("id"), Text("vendor"));
        if (kind is null || !OwnedId.Kinds.Contains(kind))
        {
            Mistake(
                kind is null
                    ? $"the kind is missing: {string.Join(", ", OwnedId.Kinds)}."
                    : $"'{Shown.Plain(kind, 80)}' is not a kind. {Nearest.DidYouMeanOneOf(kind, [.. OwnedId.Kinds])}");
        }

        if (id is null)
        {
            Mistake("the id is missing.");
        }

        ReadVendor(kind, vendor);
        if (kind == OwnedId.Email)
        {
            id = id?.ToLowerInvariant();
            if (id is not null && !id.Contains('@'))
            {
                Mistake($"'{Shown.Plain(id, 80)}' is not an e-mail address.");
            }
        }

        var owner = new Owner(Text("person"), Text("name"), Text("team"), Text("cost_center"), Text("manager"));
        var (from, to) = (Day("from"), Day("to"));
        if (owner.IsNobody && from is null && _mistakes.Count == before)
        {
            Mistake("neither a person nor a team owns it. To end an ownership, say from when ('from').");
        }

        if (from > to)
        {
            Mistake($"it ends on {to:yyyy-MM-dd}, before it begins on {from:yyyy-MM-dd}.");
        }

        if (_mistakes.Count == before)
        {
            _lines.Add(new PeopleLine(number, new OwnedId(vendor, kind!, id!), owner, from, to));
        }

        string? Text(string column) => cell(column)?.Trim() is { Length: > 0 } text ? text : null;

        void Mistake(string what) => _mistakes.Add($"Line {number}: {what}");

        void ReadVendor(string? kind, string? vendor)
        {
            if (kind == OwnedId.Email)
            {
                if (vendor is not null)
                {
                    Mistake("an e-mail address counts for every vendor: leave the vendor empty.");
                }
            }
            else if (vendor is null)
            {
                Mistake($"the vendor is missing: {string.Join(", ", vendors)}.");
            }
            else if (!vendors.Contains(vendor))
            {
                Mistake(
                    $"'{Shown.Plain(vendor, 80)}' is not a vendor. "
                        + Nearest.DidYouMeanOneOf(vendor, vendors));
            }
        }

        DateOnly? Day(string column)
        {
            if (Text(column) is not { } text)
            {
                return null;
            }

            if (UtcDay.TryParse(text, out var day)
                && day > Ownership.Always
                && day < DateOnly.MaxValue)
            {
                return day;
            }

            Mistake($"'{column}' is '{Shown.Plain(text, 80)}', not a date such as 2026-11-30.");
            return null;
        }
    }
}
