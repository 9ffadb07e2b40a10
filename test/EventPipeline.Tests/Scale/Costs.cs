using EventPipeline.Messages;

namespace EventPipeline.Tests.Scale;

/// <summary>
/// What windows and messages cost. The numbers of statements and jobs are those that <c>WindowCostTests</c> counts; how
/// long Google takes is what it usually takes.
/// </summary>
internal static class Costs
{
    public const double Mebibyte = 1024 * 1024;
    public const double Gibibyte = 1024 * Mebibyte;
    public const double Tebibyte = 1024 * Gibibyte;

    /// <summary>How long a vendor takes for a page.</summary>
    public const double SecondsPerRequest = 1;

    /// <summary>A look-up, a load of all tables, a proof, and what follows the commit.</summary>
    public const double SecondsPerMessage = 1.5 + 5 + 1.5 + 1.5;

    public const double SecondsPerInsert = 1;

    /// <summary>On demand: https://cloud.google.com/bigquery/pricing.</summary>
    public const double DollarsPerTebibyte = 6.25;

    /// <summary>One vCPU and 1 GiB while it works: https://cloud.google.com/run/pricing.</summary>
    public const double DollarsPerInstanceSecond = 0.000024 + 0.0000025;

    private const int RowsPerPage = 1_000;
    private const double Least = 10 * Mebibyte;

    // Bytes of the columns that a statement reads of a row: of slice_versions, of a fact, of run_events.
    private const double VersionBytes = 180;
    private const double FactBytes = 120;
    private const double EventBytes = 150;
    private const int VersionsPerSlice = 9;

    /// <summary>The tables of facts that a report fills; every window fills <c>raw_page</c> beside them.</summary>
    public static IReadOnlyList<string> TablesOf(string report) => report switch
    {
        "cost" or "analytics_cost" or "credits" or "ai_credits" or "premium_requests" => ["cost"],
        "claude_code" => ["activity", "cost"],
        "activity" => ["usage", "cost"],
        "daily_usage" or "metrics" or "user_metrics" => ["activity"],
        "usage_events" => ["usage_event"],
        "spend" or "seats" => ["seat"],
        "names" => ["entity"],
        _ when report.EndsWith("_usage", StringComparison.Ordinal) => ["usage"],
        _ when report.EndsWith("_activity", StringComparison.Ordinal) => ["activity"],
        _ => throw new InvalidOperationException($"The report {report} fills no table that is known here."),
    };

    /// <summary>How many requests a vendor gets for a window: as many as a plan counts, or one for each page.</summary>
    public static int RequestsOf(Window window) => Math.Max(
        Company.ReportOf(window).RequestsFor(window.Days),
        (int)Math.Ceiling((double)window.Days * Company.RowsPerSlice / RowsPerPage));

    /// <summary>
    /// What BigQuery bills for a window's statements, as if tables were not clustered: it is less, because they are.
    /// </summary>
    /// <param name="planned">The window.</param>
    /// <param name="isLoaded">Whether it has anything new.</param>
    /// <param name="slices">How many slices a day the company has.</param>
    public static double BytesOf(PlannedWindow planned, bool isLoaded, int slices)
    {
        var days = planned.Window.Days;
        var lookUp = Math.Max(Least, VersionBytes * VersionsPerSlice * slices * days);
        var all = Company.ReportsOfEach;
        return lookUp + (isLoaded ? TablesOf(planned.Window.Report).Sum(Proof) : 0);

        double Proof(string table) => Math.Max(
            Least,
            FactBytes * slices * all.Count(report => TablesOf(report.Name).Contains(table)) / all.Count
                * Company.RowsPerSlice * days);
    }

    /// <summary>What is billed for asking whether a run has ended, once a message.</summary>
    public static double BytesOfStanding(int windows, int slices) =>
        Math.Max(Least, EventBytes * windows * 2) + Math.Max(Least, VersionBytes * slices);
}
