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
    /// The settings in its section, beside its address and its accounts, that describe it; empty where this release
    /// knows it.
    /// </summary>
    public IReadOnlyList<string> DescribedBy { get; init; } = [];

    /// <summary>
    /// How many requests an account may make, where the vendor documents it; null where only its 429s show it.
    /// </summary>
    public RequestLimit? Limit { get; init; }

    /// <summary>
    /// Products of <c>usage</c> whose requests the rows of another product count too: the view shows them without
    /// requests, so that a sum counts each once.
    /// </summary>
    public IReadOnlyList<string> ProductsCountedElsewhere { get; init; } = [];

    /// <summary>
    /// The ways to read an account, of which its settings name one, the first unless they do. Empty where there is one
    /// way, to read every report.
    /// </summary>
    public IReadOnlyList<Source> Sources { get; init; } = [];

    /// <summary>The source of an account whose settings name none; null where there is one way.</summary>
    public Source? DefaultSource => Sources.Count > 0 ? Sources[0] : null;

    /// <summary>The source that an account is read from; null where there is one way.</summary>
    public Source? SourceOf(Account account) =>
        Sources.FirstOrDefault(source => source.Name == account.Source) ?? DefaultSource;

    /// <summary>What a source has; every report where there is one way.</summary>
    public IReadOnlyList<Report> ReportsIn(Source? source) => source is null
        ? Reports
        : [.. Reports.Where(report => source.Reports.Contains(report.Name))];

    /// <summary>The reports of an account: what its source has, and of that what its settings name.</summary>
    public IReadOnlyList<Report> ReportsOf(Account account) => account.Reports.Count == 0
        ? ReportsIn(SourceOf(account))
        : [.. ReportsIn(SourceOf(account)).Where(report => account.Reports.Contains(report.Name))];

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

/// <summary>
/// One way to read an account, where a vendor has several that tell the same usage and money: an account is read in
/// one.
/// </summary>
/// <param name="Name">The name in the settings, e.g. <c>console</c>.</param>
/// <param name="Reports">The names of the reports that it reads.</param>
public sealed record Source(string Name, params IReadOnlyList<string> Reports);

/// <summary>The words of a vendor's bill.</summary>
/// <remarks>https://focus.finops.org/focus-specification/v1-2/</remarks>
/// <param name="Provider">Who sells and invoices it (ProviderName, PublisherName, InvoiceIssuerName).</param>
/// <param name="Service">What is sold (ServiceName), e.g. <c>Claude API</c>.</param>
/// <param name="SubAccount">What a sub-account is called (SubAccountType), e.g. <c>Workspace</c>.</param>
public sealed record FocusNames(string Provider, string Service, string SubAccount = FocusNames.UsualSubAccount)
{
    /// <summary>What a billing account is called where nothing else is known.</summary>
    public const string UsualBillingAccount = "Account";

    /// <summary>What most vendors call a sub-account.</summary>
    public const string UsualSubAccount = "Project";

    /// <summary>What the account that is invoiced is called (BillingAccountType), e.g. <c>Organization</c>.</summary>
    public string BillingAccount { get; init; } = UsualBillingAccount;
}

/// <summary>One thing a vendor can be asked for.</summary>
/// <param name="Name">The name in messages and tables, e.g. <c>messages_usage</c>.</param>
/// <param name="Kind">Daily, or a snapshot or meter that has no past to backfill.</param>
/// <param name="MaxWindowDays">
/// The most days one window may span: what the vendor takes in one request. Windows of large days are shorter.
/// </param>
/// <param name="SettledAfterDays">
/// For how many days the vendor restates a day, after what <see cref="Settles"/> names: the end of the day, unless the
/// report says otherwise.
/// </param>
/// <param name="NormaliserVersion">Counts changes of how answers become rows; part of every digest.</param>
public sealed record Report(
    string Name, ReportKind Kind, int MaxWindowDays, int SettledAfterDays, int NormaliserVersion = 1)
{
    private const int LongestMonth = 31;

    /// <summary>
    /// What the vendor calls the sub-account of rows that name none, e.g. <c>Default</c>; null where such a row is of
    /// no sub-account, or of one that the report does not tell.
    /// </summary>
    public string? DefaultSubAccount { get; init; }

    /// <summary>The ways to group it, by name: the dimensions of each.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Grains { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// Whether the vendor answers for days that it no longer keeps as if nothing had happened on them. An empty answer
    /// for a day that it does not restate any more then takes no rows away.
    /// </summary>
    public bool ForgetsDays { get; init; }

    /// <summary>How many closed days back the vendor serves it; null where no limit is documented.</summary>
    public int? ServedDays { get; init; }

    /// <summary>Whether the vendor serves a day, as far as that is documented.</summary>
    /// <param name="day">The day.</param>
    /// <param name="today">The day of the read, UTC.</param>
    public bool Serves(DateOnly day, DateOnly today) => ServedDays is not { } days || day >= today.AddDays(-days);

    /// <summary>What its days settle after.</summary>
    public Settles Settles { get; init; }

    /// <summary>
    /// The report of another source that tells the same usage or money; null for none. Of the two, views show for each
    /// day the one that was read last, never both.
    /// </summary>
    public string? InsteadOf { get; init; }

    /// <summary>
    /// How many requests it takes at least, however little the vendor has: of a window, or of each of its days.
    /// </summary>
    public int LeastRequests { get; init; } = 1;

    /// <summary>Whether each day of a window is asked for by itself.</summary>
    public bool AsksEachDay { get; init; }

    /// <summary>
    /// The limit by which the vendor counts its requests apart from the account's others; null where it counts them
    /// together, by <see cref="Vendor.Limit"/>.
    /// </summary>
    public RequestLimit? OwnLimit { get; init; }

    /// <summary>How many requests a window takes at least: each further page is one more.</summary>
    /// <param name="days">How many days the window has.</param>
    public int RequestsFor(int days) => LeastRequests * (AsksEachDay ? days : 1);

    /// <summary>Whether past days can be requested.</summary>
    public bool HasPast => Kind == ReportKind.Daily;

    /// <summary>
    /// The most days, besides yesterday, that a run may find not to be settled: they are read again every day.
    /// </summary>
    public int MostRestatedDays =>
        Settles == Settles.AfterItsMonth ? LongestMonth - 1 + SettledAfterDays : SettledAfterDays;

    /// <summary>When the vendor stops restating a day, UTC: a read that begins then, or later, settles it.</summary>
    public DateTimeOffset SettledAt(DateOnly day) =>
        (Settles == Settles.AfterItsMonth ? day.FirstOfMonth().AddMonths(1) : day.AddDays(1))
            .AddDays(SettledAfterDays)
            .Start();

    /// <summary>The oldest day that a read on some day may be the first to settle.</summary>
    /// <param name="today">The day of the read, UTC.</param>
    public DateOnly FirstUnsettled(DateOnly today)
    {
        var lastSettled = today.AddDays(-1 - SettledAfterDays);
        return Settles == Settles.AfterItsMonth ? lastSettled.FirstOfMonth() : lastSettled;
    }

    /// <summary>Reports are the same when they are read the same; their groupings follow from the name.</summary>
    public bool Equals(Report? other) => other is not null
        && (Name, Kind, MaxWindowDays, SettledAfterDays, Settles, NormaliserVersion)
            == (other.Name, other.Kind, other.MaxWindowDays, other.SettledAfterDays, other.Settles,
                other.NormaliserVersion);

    public override int GetHashCode() =>
        HashCode.Combine(Name, Kind, MaxWindowDays, SettledAfterDays, Settles, NormaliserVersion);

    /// <summary>Whether a grain's rows say all that another's say, and more.</summary>
    public bool IsFiner(string grain, string than) =>
        Grains.TryGetValue(grain, out var fine) && Grains.TryGetValue(than, out var coarse)
        && fine.Count > coarse.Count && coarse.All(fine.Contains);
}

/// <summary>What a day settles after, and so from when its <see cref="Report.SettledAfterDays"/> are counted.</summary>
public enum Settles
{
    /// <summary>The end of the day itself.</summary>
    AfterItsDay,

    /// <summary>The end of its calendar month: all days of a month settle together.</summary>
    AfterItsMonth,
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
