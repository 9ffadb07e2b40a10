using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>
/// GET /api/v1/activity: what was used per completed UTC day, workspace, model and provider, one day per call; and once
/// more for each API key, because the vendor filters by key and does not group by it.
/// </summary>
/// <remarks>https://openrouter.ai/docs/api/api-reference/analytics/get-user-activity-grouped-by-endpoint</remarks>
internal sealed class Activity(
    OpenRouterLists lists, Conversation conversation, FetchContext fetch, TimeProvider time)
{
    /// <summary>How many completed UTC days the vendor serves.</summary>
    public const int ServedDays = 30;

    private const string Workspace = "workspace_id";
    private const string ApiKey = "api_key_hash";

    private static readonly string[] Endpoint = ["endpoint_id", "model_permaslug"];

    private readonly Dictionary<string, IReadOnlyList<ListedKey>> _keys = new(StringComparer.Ordinal);
    private bool _byWorkspace = true;
    private bool _byKey = true;

    /// <summary>The ways to group it, the finest first.</summary>
    public static IReadOnlyList<Grain> Grains { get; } =
    [
        new("workspace_key_endpoint.v1", [Workspace, ApiKey, .. Endpoint]),
        new("workspace_endpoint.v1", [Workspace, .. Endpoint]),
        new("key_endpoint.v1", [ApiKey, .. Endpoint]),
        new("endpoint.v1", Endpoint),
    ];

    /// <summary>Streams the window, one day held at a time.</summary>
    public async IAsyncEnumerable<VendorItem> FetchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            var whole = await ReadWholeAsync(day, cancellationToken);
            RequireServed(day, whole);
            var split = await SplitAsync(day, whole, cancellationToken);
            var grain = GrainOf(_byWorkspace, split is not null);
            yield return new BucketArrived(day);
            foreach (var record in (split?.Rows() ?? whole).SelectMany(row => row.Records(fetch, grain, day)))
            {
                yield return record;
            }
        }
    }

    private static Grain GrainOf(bool byWorkspace, bool byKey) => Grains.Single(grain =>
        grain.Dimensions.Contains(Workspace) == byWorkspace && grain.Dimensions.Contains(ApiKey) == byKey);

    private async Task<List<ActivityRow>> ReadWholeAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (_byWorkspace)
        {
            var grouped = Request(day, "&group_by=workspace") with
            {
                Tolerated = IsServed(day) ? [HttpStatusCode.BadRequest] : [],
            };
            var rows = await ReadAsync(
                day,
                grouped,
                workspace: null,
                refusal => conversation.Note(
                    $"the grouping by workspace was refused with 400, it is read without: {refusal.Message}"),
                cancellationToken);
            if (rows is not null)
            {
                return rows;
            }

            _byWorkspace = false;
        }

        return await ReadAsync(day, Request(day, ""), workspace: null, onRefusal: null, cancellationToken) ?? [];
    }

    private VendorRequest Request(DateOnly day, string more) =>
        lists.Request(FormattableString.Invariant($"activity?date={day:yyyy-MM-dd}{more}"));

    /// <summary>The rows of a day, each once; null where they were refused and may be.</summary>
    private async Task<List<ActivityRow>?> ReadAsync(
        DateOnly day,
        VendorRequest request,
        string? workspace,
        Action<RejectedEventException>? onRefusal,
        CancellationToken cancellationToken)
    {
        var place = FormattableString.Invariant($"the activity of {day:yyyy-MM-dd}");
        var rows = new List<ActivityRow>();
        var said = new HashSet<UInt128>();
        var isRefused = false;
        string? elsewhere = null;
        await foreach (var row in lists.ReadAsync(request, place, Refuse, cancellationToken))
        {
            if (!IsOf(day, row, out var date))
            {
                elsewhere = date;
                continue;
            }

            var read = ActivityRow.Read(row, workspace);
            if (said.Add(read.Said))
            {
                rows.Add(read);
            }
            else
            {
                row.Note(" has identical duplicate rows: counted once");
            }
        }

        if (elsewhere is not null && rows.Count == 0)
        {
            throw conversation.Broken($"'data[].date' is '{elsewhere}', and no row is of the requested day ({place}).");
        }

        return isRefused ? null : rows;

        void Refuse(RejectedEventException refusal)
        {
            isRefused = true;
            onRefusal?.Invoke(refusal);
        }
    }

    /// <summary>
    /// Whether a row is of the day that was asked for. Rows of the window's other days are asked for by themselves.
    /// </summary>
    private bool IsOf(DateOnly day, Fields row, out string text)
    {
        text = row.RequiredText("date");
        if (!UtcDay.TryParse(text.Length > 10 && text[10] is 'T' or ' ' ? text[..10] : text, out var date)
            || !fetch.Window.Contains(date))
        {
            throw row.Broken("date", $"is '{row.Quote(text)}', not the requested day");
        }

        if (date != day)
        {
            row.Note(".date is another day than was requested: the row is left out, since its day is requested too");
        }

        return date == day;
    }

    private bool IsServed(DateOnly day) =>
        day >= time.Today().AddDays(-ServedDays);

    /// <summary>Nothing about a day that the vendor no longer serves is no empty day.</summary>
    private void RequireServed(DateOnly day, List<ActivityRow> whole)
    {
        if (whole.Count == 0 && !IsServed(day))
        {
            throw conversation.TooOld(string.Create(
                CultureInfo.InvariantCulture,
                $"the vendor answered without a row of {day:yyyy-MM-dd}, which is not within the last {ServedDays} "
                    + $"completed UTC days: that does not mean that nothing was used."));
        }
    }

    /// <summary>The day by key; null where the keys, or their parts, cannot be told.</summary>
    private async Task<KeySplit?> SplitAsync(
        DateOnly day, List<ActivityRow> whole, CancellationToken cancellationToken)
    {
        var split = new KeySplit();
        if (!_byKey || !split.TryBegin(whole))
        {
            return null;
        }

        foreach (var workspace in whole.Select(row => row.Identity.Workspace).Distinct().ToList())
        {
            if (await KeysAsync(workspace, cancellationToken) is not { } keys)
            {
                return null;
            }

            foreach (var key in keys.Where(key => key.CreatedAt is null || key.CreatedAt < day.AddDays(1).Start()))
            {
                if (split.IsComplete(workspace))
                {
                    break;
                }

                var request = Request(day, $"&{ApiKey}={Uri.EscapeDataString(key.Hash)}") with
                {
                    Tolerated = VendorRequest.AnyRefusal,
                };
                var parts = await ReadAsync(
                    day,
                    request,
                    workspace,
                    refusal => conversation.Note(
                        $"a key's part of the activity was refused, and stays without a key: {refusal.Message}"),
                    cancellationToken);
                if (!split.TryTake(key.Hash, parts ?? []))
                {
                    conversation.Note(FormattableString.Invariant(
                        $"the keys' parts of {day:yyyy-MM-dd} are not parts of the whole, which is read without keys"));
                    return null;
                }
            }
        }

        return split;
    }

    /// <summary>The keys of a workspace, those that used most first; null where the list is refused.</summary>
    private async Task<IReadOnlyList<ListedKey>?> KeysAsync(string? workspace, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(workspace ?? "", out var known))
        {
            return known;
        }

        var keys = new List<ListedKey>();
        await foreach (var key in OpenRouterEntities.KeysAsync(lists, workspace, Refuse, cancellationToken))
        {
            keys.Add(new ListedKey(
                key.RequiredText("hash"), key.ExactOrNull("usage", Money.AsIs) ?? 0, key.Time("created_at")));
        }

        return _byKey ? _keys[workspace ?? ""] = [.. keys.OrderByDescending(key => key.Usage)] : null;

        void Refuse(RejectedEventException refusal)
        {
            _byKey = false;
            conversation.Note(
                $"the list of keys was refused, and the activity is read without keys: {refusal.Message}");
        }
    }

    private readonly record struct ListedKey(string Hash, decimal Usage, DateTimeOffset? CreatedAt);
}
