using System.Globalization;
using System.Text.Json.Serialization;
using EventPipeline.DeadLetters;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace EventPipeline.Status;

/// <summary>What ran, how it ended and what the dataset holds, as JSON for people and scripts.</summary>
internal static class StatusEndpoints
{
    private const int MaxRows = 10_000;

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        var status = routes.MapGroup("").WithTags("Status");
        status.MapGet("/status", StatusAsync)
            .WithSummary("The last run, how fresh every report is, and how many dead letters are open.");
        status.MapGet("/runs", RunsAsync).WithSummary("The newest runs, newest first.")
            .Produces<IEnumerable<RunSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        status.MapGet("/runs/{id}", RunAsync).WithSummary("One run with its windows.")
            .Produces<RunDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        status.MapGet("/slices", SlicesAsync).WithSummary("The dataset's content by vendor, account, report and day.")
            .Produces<SliceList>().ProducesProblem(StatusCodes.Status400BadRequest);
        status.MapGet("/vendors", VendorsAsync)
            .WithSummary(
                "The vendors, their reports and accounts, whether a report may be read, and how the last reads went.");
    }

    private static async Task<Ok<StatusDocument>> StatusAsync(
        RunLedger ledger,
        RunStatus status,
        DeadLetterStore deadLetters,
        DataLabel label,
        IOptions<DatasetOptions> datasets,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var runs = await ledger.RecentAsync(1, cancellationToken);
        return TypedResults.Ok(new StatusDocument(
            label.Text,
            clock.GetUtcNow(),
            datasets.Value.Dataset,
            runs.Select(run => RunSummary.FromDocument(run, label)).FirstOrDefault(),
            (await deadLetters.CountAsync(cancellationToken))[DeadLetterState.Open],
            await status.FreshnessAsync(cancellationToken)));
    }

    private static async Task<IResult> RunsAsync(
        RunLedger ledger, DataLabel label, CancellationToken cancellationToken, [FromQuery] string? limit = null) =>
        ReadLimit(limit, 50, out var most) is { } problem
            ? problem
            : TypedResults.Ok(
                (await ledger.RecentAsync(most, cancellationToken)).Select(run => RunSummary.FromDocument(run, label)));

    private static async Task<IResult> RunAsync(
        string id, RunLedger ledger, DataLabel label, CancellationToken cancellationToken) =>
        RunId.IsValid(id) && await ledger.FindAsync(id, cancellationToken) is { } run
            ? TypedResults.Ok(run with { Label = label.Text })
            : TypedResults.Problem(
                title: "There is no such run.",
                detail: $"No run has the id {Shown.Quoted(id)}. GET /runs lists the newest.",
                statusCode: StatusCodes.Status404NotFound);

    private static async Task<IResult> SlicesAsync(
        RunStatus status,
        DataLabel label,
        CancellationToken cancellationToken,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? report = null,
        [FromQuery] string? from = null,
        [FromQuery] string? to = null,
        [FromQuery] string? limit = null)
    {
        if (ReadDay("from", from, DateOnly.MinValue, out var first) is { } noFrom)
        {
            return noFrom;
        }

        if (ReadDay("to", to, DateOnly.MaxValue, out var last) is { } noTo)
        {
            return noTo;
        }

        return ReadLimit(limit, 1_000, out var most) is { } problem
            ? problem
            : TypedResults.Ok(
                new SliceList(
                    label.Text,
                    await status.SlicesAsync(vendor, account, report, first, last, most, cancellationToken)));
    }

    private static async Task<Ok<VendorList>> VendorsAsync(
        RunStatus status,
        ReportRefusals refusals,
        KnownVendors vendors,
        ConfiguredAccounts accounts,
        DataLabel label,
        CancellationToken cancellationToken)
    {
        var all = await status.FreshnessAsync(cancellationToken);
        var refused = (await refusals.FindAsync(RunMode.Production, cancellationToken))
            .ToDictionary(refusal => refusal.Subject);
        var (freshness, bySubject) = (
            all.ToLookup(report => (report.Vendor, report.Account)), all.ToLookup(report => report.Subject));
        return TypedResults.Ok(new VendorList(
            label.Text,
            [
                .. vendors.All.Select(vendor => new VendorDocument(
                    vendor.Name,
                    [.. vendor.Reports.Select(report => report.Name)],
                    [
                        .. accounts.For(vendor.Name)
                        .Select(
                            account => new AccountDocument(
                                account.Name,
                                account.Source,
                                [.. vendor.ReportsOf(account).Select(report => report.Name)],
                                [.. vendor.ReportsOf(account).Select(report => Access(account, report.Name))],
                                [.. freshness[(vendor.Name, account.Name)]])),
                    ])),
            ]));

        ReportAccess Access(Account account, string report)
        {
            var subject = new Subject(account.Vendor, account.Name, report);
            return ReportAccess.Create(report, refused.GetValueOrDefault(subject), [.. bySubject[subject]]);
        }
    }

    private static ProblemHttpResult? ReadLimit(string? text, int usual, out int limit)
    {
        limit = usual;
        return text is null
            || (
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                    && limit is >= 1 and <= MaxRows)
            ? null
            : Bad($"limit is '{text}'; give a whole number from 1 to {MaxRows}.");
    }

    private static ProblemHttpResult? ReadDay(string name, string? text, DateOnly usual, out DateOnly day)
    {
        day = usual;
        return text is null
            || UtcDay.TryParse(text, out day)
            ? null
            : Bad($"{name} is '{text}'; give a day as YYYY-MM-DD.");
    }

    private static ProblemHttpResult Bad(string detail) =>
        TypedResults.Problem(
            title: "The query cannot be read.", detail: detail, statusCode: StatusCodes.Status400BadRequest);

    internal sealed record StatusDocument(
        string? Label,
        DateTimeOffset Now,
        string Dataset,
        RunSummary? LastRun,
        long OpenDeadLetters,
        IReadOnlyList<ReportFreshness> Reports);

    internal sealed record RunSummary(
        string? Label,
        string RunId,
        string State,
        string Mode,
        DateOnly? From,
        DateOnly? To,
        DateTimeOffset RequestedAt,
        DateTimeOffset? EndedAt,
        int Windows,
        int Pending,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        int RefusedWindows,
        RunTotals Totals,
        DateTimeOffset? LastEventAt,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        double? SilentForHours,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? Reason)
    {
        public static RunSummary FromDocument(RunDocument run, DataLabel label) => new(
            label.Text,
            run.RunId,
            run.State,
            run.Mode,
            run.From,
            run.To,
            run.RequestedAt,
            run.EndedAt,
            run.Windows.Count,
            run.Pending,
            run.RefusedWindows,
            run.Totals,
            run.LastEventAt, run.SilentForHours, run.Reason);
    }

    internal sealed record SliceList(string? Label, IReadOnlyList<SliceDocument> Slices);

    internal sealed record VendorList(string? Label, IReadOnlyList<VendorDocument> Vendors);

    internal sealed record VendorDocument(
        string Vendor, IReadOnlyList<string> Reports, IReadOnlyList<AccountDocument> Accounts);

    internal sealed record AccountDocument(
        string Account,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? Source,
        IReadOnlyList<string> Reads,
        IReadOnlyList<ReportAccess> Access,
        IReadOnlyList<ReportFreshness> Reports);
}
