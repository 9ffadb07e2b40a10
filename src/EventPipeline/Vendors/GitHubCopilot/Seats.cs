using System.Globalization;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// GET …/copilot/billing/seats: who has a licence, by which way, and when it was used last. No money.
/// </summary>
/// <remarks>https://docs.github.com/en/rest/copilot/copilot-user-management</remarks>
internal static class Seats
{
    private const string Grain = "assignee.v1";
    private const string Total = "total_seats";
    private const string Cancellation = "pending_cancellation_date";

    private static readonly string[] Texts =
    [
        "updated_at", Cancellation, "last_activity_editor", "last_authenticated_at",
    ];

    // A person may have a seat in several organizations, and in the documented answer two share an id.
    private static readonly Shape Shape = new()
    {
        Traits = ["assignee", "organization", "assigning_team", "created_at"],
        Metrics = ["plan_type", "last_activity_at", .. Texts],
    };

    /// <summary>Streams the snapshot.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        CopilotPaths paths,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long count = 0;
        long? total = null;
        var shape = new PageShape("seats") { Counts = [Total] };
        yield return new BucketArrived(fetch.Window.From);
        await foreach (
            var row in new LinkedPages(api).ReadAsync(
                conversation, new VendorRequest(paths.Seats), shape, "the seats", cancellationToken, OnPage))
        {
            count++;
            yield return Record(fetch, row);
        }

        // A person with seats in several organizations of an enterprise counts once, and is listed for each.
        if (count < total)
        {
            throw Changed($"the vendor reports {total}, but {count} arrived");
        }

        if (count > total && paths.IsOrganization)
        {
            conversation.Note("more seats are listed than total_seats says");
        }

        void OnPage(Fields page)
        {
            var told = page.GetInt64(Total);
            if (total is { } before && before != told)
            {
                throw Changed($"there were {before} of them, and now there are {told}");
            }

            total = told;
        }

        TransientFailureException Changed(FormattableString how) => conversation.Transient(
            $"the seats changed while they were read: {how.ToString(CultureInfo.InvariantCulture)}.");
    }

    private static SeatRecord Record(FetchContext fetch, Fields row)
    {
        var assignee = row.ObjectOrNull("assignee");
        var (team, organization) = (row.ObjectOrNull("assigning_team"), row.ObjectOrNull("organization"));
        var user = assignee?.RequiredIdentifier("id")
            ?? $"nobody/{organization?.Identifier("id")}/{row.RequiredText("created_at")}";
        return new SeatRecord
        {
            RowKey = NaturalKey.Create(fetch, Grain, fetch.Window.From, ("user_id", user)),
            Words = row.Words(Shape, []),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = fetch.Window.From,
            UserId = user,
            Name = assignee?.Text("name") ?? assignee?.Text("login"),
            Email = assignee?.Text("email"),
            Plan = row.Text("plan_type"),
            State = row.Text(Cancellation) is null ? "assigned" : "pending_cancellation",
            CreatedAt = row.Time("created_at"),
            LastActiveAt = row.Time("last_activity_at"),
            Details = Texts
                .Aggregate(
                    row.Details()
                        .Add("login", assignee?.Text("login"))
                        .Add("organization", organization?.Text("login"))
                        .Add("organization_id", organization?.Identifier("id"))
                        .Add("team", team?.Text("slug"))
                        .Add("team_id", team?.Identifier("id")),
                    (details, name) => details.Add(name, row.Text(name)))
                .ToJson(),
        };
    }
}
