using System.Text.Json.Serialization;
using EventPipeline.Ledger;
using EventPipeline.Load;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace EventPipeline.Status;

/// <summary>What the dataset holds of every slice, and which version of it is shown.</summary>
internal static partial class SliceEndpoints
{
    /// <summary>How many slices or versions are listed at most.</summary>
    public const int MaxRows = 10_000;

    public static void MapSlices(this IEndpointRouteBuilder routes)
    {
        var slices = routes.MapGroup("/slices").WithTags("Slices");
        slices.MapGet("", ListAsync).WithName("listSlices")
            .WithSummary("The dataset's content by vendor, account, report and day.")
            .Produces<SliceList>().ProducesProblem(StatusCodes.Status400BadRequest);
        slices.MapGet("versions", VersionsAsync).WithName("listSliceVersions")
            .WithSummary("Every version of the slices, newest day first, the current version first of its slice.")
            .Produces<VersionList>().ProducesProblem(StatusCodes.Status400BadRequest);
        slices.MapPost("restore", RestoreAsync).WithName("restoreSlices")
            .WithSummary(
                "Shows earlier versions again, until a read with force: those of a load, or those shown at a time.")
            .Produces<Restored>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(
        RunStatus status,
        DataLabel label,
        CancellationToken cancellationToken,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? report = null,
        [FromQuery] string? from = null,
        [FromQuery] string? to = null,
        [FromQuery] string? limit = null) =>
        ReadDays(from, to, out var first, out var last)
            ?? QueryParameters.ReadLimit(limit, 1_000, MaxRows, out var most)
            ?? (IResult)TypedResults.Ok(
                new SliceList(
                    label.Text,
                    await status.SlicesAsync(vendor, account, report, first, last, most, cancellationToken)));

    private static async Task<IResult> VersionsAsync(
        IWarehouse warehouse,
        IOptions<DatasetOptions> datasets,
        DataLabel label,
        CancellationToken cancellationToken,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? report = null,
        [FromQuery] string? load = null,
        [FromQuery] string? from = null,
        [FromQuery] string? to = null,
        [FromQuery] string? limit = null) =>
        ReadDays(from, to, out var first, out var last)
            ?? QueryParameters.ReadLimit(limit, 1_000, MaxRows, out var most)
            ?? (IResult)TypedResults.Ok(
                VersionList.Create(
                    label.Text,
                    await new SliceVersions(warehouse, datasets.Value.Dataset).FindAsync(
                        new VersionChoice(vendor, account, report, load, null, first, last),
                        most,
                        cancellationToken)));

    private static async Task<IResult> RestoreAsync(
        IWarehouse warehouse,
        IOptions<DatasetOptions> datasets,
        DataLabel label,
        ILoggerFactory logs,
        HttpContext context,
        IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken,
        [FromQuery] string? load = null,
        [FromQuery] string? asOf = null,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? report = null,
        [FromQuery] string? from = null,
        [FromQuery] string? to = null,
        [FromQuery] string? dryRun = null)
    {
        var which = ReadWhich(load, asOf, out var time);
        if ((ReadDays(from, to, out var first, out var last)
            ?? which
            ?? QueryParameters.ReadWord("dryRun", dryRun, ["true", "false"])) is { } mistake)
        {
            return mistake;
        }

        var choice = new VersionChoice(vendor, account, report, load, time, first, last);
        var restoration = new Restoration(warehouse, datasets.Value.Dataset);
        try
        {
            var plan = await restoration.PlanAsync(choice, cancellationToken);
            if (WhyNot(plan, choice) is { } refusal)
            {
                return refusal;
            }

            if (dryRun != "true" && plan.Slices.Count > 0)
            {
                // What is committed has to be checked, whether the caller still waits or not.
                var id = $"restore_{Guid.CreateVersion7():N}";
                await restoration.CommitAsync(plan, id, lifetime.ApplicationStopping);
                SliceLog.Restored(
                    logs.CreateLogger(typeof(SliceEndpoints)),
                    plan.Slices.Count,
                    plan.Slices[^1].After.Slice.Day,
                    plan.Slices[0].After.Slice.Day,
                    Caller.NameOf(context),
                    load,
                    time,
                    id);
                if (NotAsPlanned(await restoration.CheckAsync(plan, id, lifetime.ApplicationStopping)) is { } problem)
                {
                    return problem;
                }
            }

            return TypedResults.Ok(Restored.Create(label.Text, plan));
        }
        catch (Exception failure) when (Outage.Is(failure, cancellationToken))
        {
            return Outage.Tell("The slices may not have been restored.", failure);
        }
    }

    private static ProblemHttpResult? ReadDays(string? from, string? to, out DateOnly first, out DateOnly last)
    {
        var mistake = QueryParameters.ReadDay("from", from, DateOnly.MinValue, out first);
        return QueryParameters.ReadDay("to", to, DateOnly.MaxValue, out last) is { } other ? mistake ?? other : mistake;
    }

    private static ProblemHttpResult? ReadWhich(string? load, string? asOf, out DateTimeOffset? time)
    {
        time = null;
        if ((load is null) == (asOf is null))
        {
            return QueryParameters.Bad(
                "Which version? Give load, the id of the load that holds it, or asOf, a time when it was shown.");
        }

        if (asOf is not null)
        {
            if (!EventTime.TryRead(asOf, out var read))
            {
                return QueryParameters.Bad(
                    $"asOf is {Shown.Quoted(asOf)}; give a time such as 2026-11-23T06:00:00Z.");
            }

            time = read;
        }

        return null;
    }

    private static ProblemHttpResult? WhyNot(RestorePlan plan, VersionChoice choice)
    {
        if (plan.IsTooMany)
        {
            return QueryParameters.Bad(
                $"That is too much for one restoration, which takes {Restoration.MaxSlices} days of reports at most. "
                    + "Choose fewer by vendor, account, report, from or to, and restore the others afterwards.");
        }

        if (plan.Slices.Count == 0 && plan.AlreadyShown == 0)
        {
            return TypedResults.Problem(
                title: "There is no such version.",
                detail: choice.LoadId is { } load
                    ? $"No slice that was chosen has a version of the load {Shown.Quoted(load)}. GET /slices/versions, "
                        + "or the command `slices versions`, lists them."
                    : $"No slice that was chosen had been read by {choice.AsOf:O}.",
                statusCode: StatusCodes.Status404NotFound);
        }

        return plan.Compacted.Count == 0 ? null : TypedResults.Problem(
            title: "Nothing was restored.",
            detail: $"compact has deleted the rows of {Of(plan.Compacted)}. Restore the others without these days, and "
                + "read these days again with force.",
            statusCode: StatusCodes.Status409Conflict);
    }

    private static ProblemHttpResult? NotAsPlanned(RestoreEnd end)
    {
        string[] said =
        [
            .. end.Compacted.Count == 0 ? Array.Empty<string>()
                : [$"compact has deleted the rows of {Of(end.Compacted)} meanwhile: these days show what they showed "
                    + "before; read them again with force."],
            .. end.Replaced.Count == 0 ? Array.Empty<string>()
                : [$"The days of {Of(end.Replaced)} were read meanwhile, and show what was read: restore them again."],
        ];
        return said.Length == 0 ? null : TypedResults.Problem(
            title: "Not everything was restored.",
            detail: $"{string.Join(' ', said)} The others are restored.",
            statusCode: StatusCodes.Status409Conflict);
    }

    private static string Of(IReadOnlyList<SliceVersion> versions) =>
        $"{versions.Count} of the chosen versions, the first of {versions[0].Subject} {versions[0].Slice.Day.Text()}";

    internal sealed record SliceList(string? Label, IReadOnlyList<SliceDocument> Slices);

    internal sealed record VersionList(string? Label, IReadOnlyList<VersionDocument> Versions)
    {
        public static VersionList Create(string? label, IReadOnlyList<SliceVersion> versions) =>
            new(label, [.. versions.Select(VersionDocument.Create)]);
    }

    /// <summary>One load's content of one slice. Times are UTC, money is US dollars.</summary>
    internal sealed record VersionDocument(
        string Vendor,
        string Account,
        string AccountId,
        string Report,
        DateOnly Day,
        string LoadId,
        bool IsShown,
        bool IsPinned,
        long Rows,
        long Tokens,
        [property: JsonPropertyName("usd")]
        decimal BilledUsd,
        decimal EstimatedUsd,
        string Grain,
        long NormaliserVersion,
        DateTimeOffset FirstReadBegan,
        DateTimeOffset ReadBegan,
        long Reads,
        string RunId)
    {
        public static VersionDocument Create(SliceVersion version) => new(
            version.Slice.Vendor,
            version.Account,
            version.Slice.AccountId,
            version.Slice.Report,
            version.Slice.Day,
            version.LoadId,
            version.IsShown,
            version.IsPinned,
            version.Rows,
            version.Tokens,
            version.BilledUsd,
            version.EstimatedUsd,
            version.Grain,
            version.NormaliserVersion,
            version.FirstReadBegan,
            version.ReadBegan,
            version.Reads,
            version.RunId);
    }

    /// <summary>What restoring changes, or would change.</summary>
    internal sealed record Restored(string? Label, IReadOnlyList<RestoredDocument> Slices, int AlreadyShown)
    {
        public static Restored Create(string? label, RestorePlan plan) => new(
            label,
            [
                .. plan.Slices.Select(slice => new RestoredDocument(
                    VersionDocument.Create(slice.Before), VersionDocument.Create(slice.After))),
            ],
            plan.AlreadyShown);
    }

    /// <summary>A slice that shows another version.</summary>
    internal sealed record RestoredDocument(VersionDocument Before, VersionDocument After);

    private static partial class SliceLog
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Slices} slices of {From} to {To} show an earlier version until they are read with force ({Restoration}): "
            + "restored by {By}, load {LoadId}, as of {AsOf}.",
            EventName = "slices.restored")]
        public static partial void Restored(
            ILogger logger,
            int slices,
            DateOnly from,
            DateOnly to,
            string by,
            string? loadId,
            DateTimeOffset? asOf,
            string restoration);
    }
}
