namespace EventPipeline.Vendors.Contract;

/// <summary>Who can be asked, and for what.</summary>
/// <param name="Name">
/// The name in messages and tables, e.g. <c>anthropic</c> (OpenTelemetry's <c>gen_ai.provider.name</c>).
/// </param>
/// <param name="Section">The name of its settings under <c>Vendors:</c>, e.g. <c>Anthropic</c>.</param>
/// <param name="DefaultBaseAddress">Where its API is, without the version.</param>
/// <param name="Reports">What it can be asked for.</param>
public sealed record Vendor(string Name, string Section, Uri DefaultBaseAddress, IReadOnlyList<Report> Reports)
{
    /// <summary>What the view <c>focus</c> calls it and its things.</summary>
    public required FocusNames Focus { get; init; }

    /// <summary>
    /// Products of <c>usage</c> whose requests the rows of another product count too: the view shows them without
    /// requests, so that a sum counts each once.
    /// </summary>
    public IReadOnlyList<string> ProductsCountedElsewhere { get; init; } = [];

    /// <summary>
    /// What an account may be set to read (<see cref="Account.Scope"/>), by kind; empty where a key says it. Things of
    /// two kinds contain each other, so all accounts have the same kind.
    /// </summary>
    public IReadOnlyList<string> ScopeKinds { get; init; } = [];

    /// <summary>The rejection of a report that this vendor does not have.</summary>
    public RejectedEventException NoSuchReport(string report)
    {
        var names = Reports.Select(known => known.Name).ToList();
        return new RejectedEventException(
            $"{Name} has no report '{report}'.", Nearest.DidYouMeanOneOf(report, names));
    }
}

/// <summary>The words of a vendor's bill.</summary>
/// <remarks>https://focus.finops.org/focus-specification/v1-2/</remarks>
/// <param name="Provider">Who sells and invoices it (ProviderName, PublisherName, InvoiceIssuerName).</param>
/// <param name="Service">What is sold (ServiceName), e.g. <c>Claude API</c>.</param>
/// <param name="SubAccount">What a sub-account is called (SubAccountType), e.g. <c>Workspace</c>.</param>
public sealed record FocusNames(string Provider, string Service, string SubAccount = FocusNames.UsualSubAccount)
{
    /// <summary>What most vendors call a sub-account.</summary>
    public const string UsualSubAccount = "Project";
}

/// <summary>One thing a vendor can be asked for.</summary>
/// <param name="Name">The name in messages and tables, e.g. <c>messages_usage</c>.</param>
/// <param name="Kind">Daily, or a snapshot or meter that has no past to backfill.</param>
/// <param name="MaxWindowDays">
/// The most days one window may span: what the vendor takes in one request. Windows of large days are shorter.
/// </param>
/// <param name="SettledAfterDays">For how many days after its end the vendor restates a day.</param>
/// <param name="NormaliserVersion">Counts changes of how answers become rows; part of every digest.</param>
public sealed record Report(
    string Name, ReportKind Kind, int MaxWindowDays, int SettledAfterDays, int NormaliserVersion = 1)
{
    /// <summary>The ways to group it, by name: the dimensions of each.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Grains { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// Whether the vendor answers for days that it no longer keeps as if nothing had happened on them. An empty answer
    /// for a day that it does not restate any more then takes no rows away.
    /// </summary>
    public bool ForgetsDays { get; init; }

    /// <summary>Whether past days can be requested.</summary>
    public bool HasPast => Kind == ReportKind.Daily;

    /// <summary>Reports are the same when they are read the same; their groupings follow from the name.</summary>
    public bool Equals(Report? other) => other is not null
        && (Name, Kind, MaxWindowDays, SettledAfterDays, NormaliserVersion)
            == (other.Name, other.Kind, other.MaxWindowDays, other.SettledAfterDays, other.NormaliserVersion);

    public override int GetHashCode() =>
        HashCode.Combine(Name, Kind, MaxWindowDays, SettledAfterDays, NormaliserVersion);

    /// <summary>Whether a grain's rows say all that another's say, and more.</summary>
    public bool IsFiner(string grain, string than) =>
        Grains.TryGetValue(grain, out var fine) && Grains.TryGetValue(than, out var coarse)
        && fine.Count > coarse.Count && coarse.All(fine.Contains);
}

/// <summary>What a report is about, and so whether it has a past.</summary>
public enum ReportKind
{
    /// <summary>One slice per closed UTC day.</summary>
    Daily,

    /// <summary>One slice per day on which it was read: what is true now.</summary>
    Snapshot,

    /// <summary>
    /// One slice per day on which it was read: what a meter shows that only grows, such as all that was spent. Its rows
    /// are money of the basis <see cref="CostBasis.Cumulative"/>, which is verified and added to nothing.
    /// </summary>
    Meter,
}
