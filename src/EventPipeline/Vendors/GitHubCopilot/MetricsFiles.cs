using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// GET …/copilot/metrics/reports/*-1-day: links to the files of a day's report, which expire soon. They are fetched at
/// once, without the token.
/// </summary>
/// <remarks>https://docs.github.com/en/rest/copilot/copilot-usage-metrics</remarks>
/// <param name="api">The vendor.</param>
/// <param name="conversation">The conversation.</param>
/// <param name="fetch">What is read.</param>
/// <param name="paths">Where it is.</param>
/// <param name="time">The clock.</param>
internal sealed class MetricsFiles(
    VendorApi api, Conversation conversation, FetchContext fetch, CopilotPaths paths, TimeProvider time)
{
    private const string Links = "download_links";

    // The vendor documents three whole days; a fourth is the last on which a day is read again.
    private static readonly TimeSpan MayStillCome = TimeSpan.FromDays(4);

    /// <summary>Streams the window, a report a day, the oldest first.</summary>
    /// <param name="report">The report's name in its address.</param>
    /// <param name="record">Makes a record of a row of a day.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<VendorItem> FetchAsync(
        string report,
        Func<DateOnly, Fields, VendorRecord> record,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{report} of {day:yyyy-MM-dd}");
            var links = await LinksAsync(report, day, place, cancellationToken);
            yield return new BucketArrived(day);
            foreach (var link in links)
            {
                var file = VendorRequest.FromLink(conversation, link);
                await foreach (
                    var row in new LinkedPages(api).ReadLinesAsync(conversation, file, place, cancellationToken))
                {
                    NoteOrganization(row);
                    RequireDay(row, day);
                    yield return record(day, row);
                }
            }
        }
    }

    /// <summary>The links to a day's files; none where there is no report, and none is to come.</summary>
    /// <exception cref="TransientFailureException">There is no report yet.</exception>
    private async Task<IReadOnlyList<string>> LinksAsync(
        string report, DateOnly day, string place, CancellationToken cancellationToken)
    {
        var request = new VendorRequest(paths.Metrics(report, day)) { Tolerated = [HttpStatusCode.NoContent] };
        var answer = await new VendorPages(api).ReadObjectAsync(conversation, request, place, cancellationToken);
        var links = answer is { } said ? LinksIn(said, day) : [];
        if (links.Count > 0)
        {
            return links;
        }

        if (time.GetUtcNow() < day.AddDays(1).Start() + MayStillCome)
        {
            throw conversation.NotReady(
                $"{place} is not ready: the vendor has no report of that day yet{(answer is null ? " (204)" : "")}. It "
                    + "may take three whole days; the window is read again until it is there.");
        }

        conversation.Note($"{report} has no report of some days, for which none is to come any more: they are empty");
        return [];
    }

    private static IReadOnlyList<string> LinksIn(Fields answer, DateOnly day)
    {
        if (answer.Text("report_day") is { } told && told != day.Text())
        {
            throw answer.Broken("report_day", $"is '{answer.Quote(told)}', not the requested {day.Text()}");
        }

        foreach (var name in answer.Names().Where(name => name is not ("report_day" or Links)))
        {
            answer.Note($".{name}");
        }

        return answer.Anything(Links) is { ValueKind: JsonValueKind.Array } links
            && links.EnumerateArray().All(link => link.ValueKind == JsonValueKind.String)
            ? [.. links.EnumerateArray().Select(link => link.GetString()!)]
            : throw answer.Broken(Links, "is not an array of addresses");
    }

    /// <summary>The permanent id of whose report it is, where a row has it.</summary>
    private void NoteOrganization(Fields row)
    {
        if (row.Identifier($"{paths.Word}_id") is { } id)
        {
            conversation.NoteOrganization(id, isId: true);
        }
    }

    private static void RequireDay(Fields row, DateOnly day)
    {
        var text = row.RequiredText("day");
        if (text != day.Text())
        {
            throw row.Broken("day", $"is '{row.Quote(text)}', not the requested {day.Text()}");
        }
    }
}
