using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/usage_report/claude_code: what each person or key did with Claude Code, one UTC day per call.
/// The money in it is an estimate that overlaps the cost report, its tokens repeat those of the usage report.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/claude-code-analytics-api</remarks>
internal static class ClaudeCode
{
    private const string Path = "v1/organizations/usage_report/claude_code";

    // Metrics are summed, known or not; new texts and flags beside them, or about the actor, say whose they are.
    private static readonly Shape Documented = ShapeOf("email_address", "api_key_name");

    /// <summary>Streams the window, one day held at a time: records that share a key are summed.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            var actors = new SortedDictionary<(UInt128 Key, UInt128 Texts), ClaudeCodeActor>();
            var request = new VendorRequest(
                FormattableString.Invariant($"{Path}?starting_at={day:yyyy-MM-dd}&limit=1000"));
            var query = AnthropicPages.Records(request);
            var place = FormattableString.Invariant($"the records of {day:yyyy-MM-dd}");
            await foreach (var row in pages.ReadListAsync(conversation, query, place, cancellationToken))
            {
                Add(actors, fetch, day, row);
            }

            yield return new BucketArrived(day);
            foreach (var record in actors.Values.SelectMany(actor => actor.Records()))
            {
                yield return record;
            }
        }
    }

    private static void Add(
        SortedDictionary<(UInt128 Key, UInt128 Texts), ClaudeCodeActor> actors,
        FetchContext fetch,
        DateOnly day,
        Fields row)
    {
        RequireDay(row, day);
        var who = ClaudeCodeIdentity.Read(row);
        var key = NaturalKey.Create(fetch, ClaudeCodeActor.Grain, day, who.Dimensions);
        var words = row.Words(who.ActorType is "user" or "api_key_name" ? Documented : ShapeOf(who.ActorIdName), []);
        var identity = (key.Value, words.Texts);
        if (!actors.TryGetValue(identity, out var actor))
        {
            actors.Add(identity, actor = new ClaudeCodeActor(fetch, day, key, who, words with { Others = 0 }));
        }

        try
        {
            actor.Add(row);
        }
        catch (OverflowException exception)
        {
            throw row.TooLarge(exception);
        }
    }

    private static Shape ShapeOf(params IEnumerable<string> actor) => new()
    {
        Ignored =
        [
            "date", "organization_id", "customer_type", "subscription_type", "terminal_type", "is_remote",
            "core_metrics", "tool_actions", "model_breakdown",
        ],
        Objects = [("actor", new Shape { Ignored = [.. actor, "type"] })],
    };

    private static void RequireDay(Fields row, DateOnly day)
    {
        var text = row.RequiredText("date");
        var date = Rfc3339.Read(text)
            ?? (UtcDay.TryParse(text, out var plain) ? plain.Start() : null);
        if (date is not { } time || DateOnly.FromDateTime(time.UtcDateTime) != day)
        {
            throw row.Broken("date", $"is '{row.Quote(text)}', not the requested day");
        }
    }
}
