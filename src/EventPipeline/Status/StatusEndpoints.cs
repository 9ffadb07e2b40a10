using System.Text.Json.Serialization;
using EventPipeline.DeadLetters;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EventPipeline.Status;

/// <summary>What ran, how it ended and how fresh the data is, as JSON for people and scripts.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        var status = routes.MapGroup("").WithTags("Status");
        status.MapGet("/status", StatusAsync).WithName("getStatus")
            .WithSummary("The last run, how fresh every report is, and how many dead letters are open.");
        status.MapGet("/vendors", VendorsAsync).WithName("listVendors")
            .WithSummary(
                "The vendors, their reports and accounts, whether a report may be read, and how the last reads went.");
    }

    private static async Task<Ok<StatusDocument>> StatusAsync(
        RunDocuments runs,
        RunStatus status,
        DeadLetterStore deadLetters,
        DataLabel label,
        IOptions<DatasetOptions> datasets,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var newest = await runs.PageAsync(new RunFilter(null, null, null), null, 1, cancellationToken);
        return TypedResults.Ok(new StatusDocument(
            label.Text,
            clock.GetUtcNow(),
            datasets.Value.Dataset,
            newest.Runs.Select(run => RunSummary.FromDocument(run, label)).FirstOrDefault(),
            (await deadLetters.CountAsync(cancellationToken))[DeadLetterState.Open],
            await status.FreshnessAsync(cancellationToken)));
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

    internal sealed record StatusDocument(
        string? Label,
        DateTimeOffset Now,
        string Dataset,
        RunSummary? LastRun,
        long OpenDeadLetters,
        IReadOnlyList<ReportFreshness> Reports);

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
