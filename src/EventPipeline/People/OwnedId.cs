namespace EventPipeline.People;

/// <summary>Something that costs are booked to and that somebody can own.</summary>
/// <param name="Vendor">Whose id it is; null for an e-mail address, which counts for every vendor.</param>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Id">
/// The vendor's id; an e-mail address in lower case; of an account its <c>account_id</c>. A seat is its user's.
/// </param>
internal sealed record OwnedId(string? Vendor, string Kind, string Id)
{
    public const string Email = "email";

    /// <summary>
    /// What an id can be, in the order in which they decide; <c>workspace</c> is a project or team too.
    /// </summary>
    public static readonly IReadOnlyList<string> Kinds = ["user", Email, "api_key", "workspace", "account"];

    public override string ToString() => Vendor is null ? $"{Kind} {Id}" : $"{Vendor} {Kind} {Id}";
}

/// <summary>Who an id belongs to: a person, a team, or both; nobody where both are null.</summary>
/// <param name="Person">The person, as the organisation identifies people.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Team">The team.</param>
/// <param name="CostCenter">The cost centre.</param>
/// <param name="Manager">The manager.</param>
internal sealed record Owner(string? Person, string? Name, string? Team, string? CostCenter, string? Manager)
{
    public static Owner Nobody { get; } = new(null, null, null, null, null);

    public bool IsNobody => Person is null && Team is null;

    public override string ToString()
    {
        var more = string.Join(
            ", ",
            new[] { Person is null ? null : Team, CostCenter, Manager is null ? null : $"manager {Manager}" }
                .Where(text => text is not null));
        return (Person ?? Team ?? "nobody") + (more.Length > 0 && !IsNobody ? $" ({more})" : "");
    }
}

/// <summary>Who an id belongs to from a day on, until another record of it begins.</summary>
/// <param name="Id">The id.</param>
/// <param name="From">The first day, UTC; <see cref="Always"/> where it has always been so.</param>
/// <param name="Owner">Who it belongs to.</param>
internal sealed record Ownership(OwnedId Id, DateOnly From, Owner Owner)
{
    public static DateOnly Always => DateOnly.MinValue;
}
