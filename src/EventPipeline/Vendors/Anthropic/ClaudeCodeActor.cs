using System.Collections.Frozen;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// One identity's day. The vendor does not promise one record per key: the same content again is dropped, anything else
/// is summed.
/// </summary>
internal sealed class ClaudeCodeActor(
    FetchContext fetch, DateOnly day, RowKey key, ClaudeCodeIdentity who, RowWords words)
{
    public const string Grain = "actor.v1";
    private const string ModelGrain = "actor_model.v1";

    private static readonly FrozenSet<string> KnownMetrics = FrozenSet.Create(
        StringComparer.Ordinal,
        "num_sessions",
        "lines_of_code",
        "commits_by_claude_code",
        "pull_requests_by_claude_code");

    private static readonly FrozenSet<string> KnownLines = FrozenSet.Create(StringComparer.Ordinal, "added", "removed");
    private static readonly FrozenSet<string> KnownTools = FrozenSet.Create(
        StringComparer.Ordinal, "edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool");

    private static readonly FrozenSet<string> KnownDecisions = FrozenSet.Create(
        StringComparer.Ordinal, "accepted", "rejected");
    private static readonly FrozenSet<string> KnownModel = FrozenSet.Create(
        StringComparer.Ordinal, "model", "tokens", "estimated_cost");
    private static readonly FrozenSet<string> KnownTokens = FrozenSet.Create(
        StringComparer.Ordinal, "input", "output", "cache_read", "cache_creation");

    private static readonly FrozenSet<string> KnownCost = FrozenSet.Create(
        StringComparer.Ordinal, "amount", "currency");

    private readonly HashSet<UInt128> _seen = [];
    private readonly SortedDictionary<string, (long Accepted, long Rejected)> _tools = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ModelUse> _models = new(StringComparer.Ordinal);
    private string? _organization;
    private long _sessions;
    private long _added;
    private long _removed;
    private long _commits;
    private long _pullRequests;
    private long _accepted;
    private long _rejected;

    /// <summary>Adds a record.</summary>
    /// <exception cref="OverflowException">A sum does not fit 64 bits.</exception>
    public void Add(Fields row)
    {
        if (!_seen.Add(row.Hash()))
        {
            row.Note(" has identical duplicate rows: counted once");
            return;
        }

        if (_seen.Count > 1)
        {
            row.Note(" shares its key with another: summed");
        }

        _organization ??= row.Text("organization_id");
        AddMetrics(row.Object("core_metrics"));
        AddTools(row.Object("tool_actions"));
        foreach (var model in row.Objects("model_breakdown"))
        {
            AddModel(model);
        }
    }

    /// <summary>The day's activity, then its estimated cost per model.</summary>
    public IEnumerable<VendorRecord> Records()
    {
        yield return new ActivityRecord
        {
            RowKey = key,
            Words = words,
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            Product = "claude_code",
            ActorType = who.ActorType,
            ActorId = who.ActorId,
            Sessions = _sessions,
            LinesAdded = _added,
            LinesRemoved = _removed,
            Accepted = _accepted,
            Rejected = _rejected,
            Commits = _commits,
            PullRequests = _pullRequests,
            Details = who.AddTo(new Details().Add("organization_id", _organization))
                .Add("tool_actions", ToolActions())
                .Add("model_tokens", ModelTokens())
                .ToJson(),
        };
        foreach (var (model, use) in _models)
        {
            yield return new CostRecord
            {
                RowKey = NaturalKey.Create(fetch, ModelGrain, day, [.. who.Dimensions, ("model", model)]),
                Words = words,
                Vendor = fetch.Window.Vendor,
                AccountId = fetch.AccountId,
                Report = fetch.Window.Report,
                Grain = ModelGrain,
                UsageDate = day,
                BucketStart = day.Start(),
                BucketWidth = Bucket.DayWidth,
                ActorType = who.ActorType,
                ActorId = who.ActorId,
                Model = model,
                AmountUsd = use.Usd,
                Currency = "USD",
                Basis = CostBasis.Estimated,
                Dimensions = who.AddTo(new Details()).Add("tokens", use.Tokens()).ToJson(),
            };
        }
    }

    private JsonElement? ToolActions()
    {
        var tools = new Details();
        foreach (var (name, (accepted, rejected)) in _tools)
        {
            tools.Add(name, new Details().Add("accepted", accepted).Add("rejected", rejected).ToJson());
        }

        return tools.ToJson();
    }

    private JsonElement? ModelTokens()
    {
        var models = new Details();
        foreach (var (name, use) in _models)
        {
            models.Add(name, use.Tokens());
        }

        return models.ToJson();
    }

    private void AddMetrics(Fields metrics)
    {
        metrics.NoteUnknown(KnownMetrics);
        var lines = metrics.Object("lines_of_code");
        lines.NoteUnknown(KnownLines);
        checked
        {
            _sessions += metrics.GetInt64("num_sessions");
            _added += lines.GetInt64("added");
            _removed += lines.GetInt64("removed");
            _commits += metrics.GetInt64("commits_by_claude_code");
            _pullRequests += metrics.GetInt64("pull_requests_by_claude_code");
        }
    }

    private void AddTools(Fields tools)
    {
        tools.NoteUnknown(KnownTools);
        foreach (var (name, decisions) in tools.Map())
        {
            decisions.NoteUnknown(KnownDecisions);
            var (accepted, rejected) = (decisions.GetInt64("accepted"), decisions.GetInt64("rejected"));
            var before = _tools.GetValueOrDefault(name);
            _tools[name] = checked((before.Accepted + accepted, before.Rejected + rejected));
            _accepted = checked(_accepted + accepted);
            _rejected = checked(_rejected + rejected);
        }
    }

    private void AddModel(Fields row)
    {
        row.NoteUnknown(KnownModel);
        var tokens = row.Object("tokens");
        tokens.NoteUnknown(KnownTokens);
        var cost = row.Object("estimated_cost");
        cost.NoteUnknown(KnownCost);
        cost.UsDollars("currency");

        var model = row.RequiredText("model");
        var before = _models.GetValueOrDefault(model);
        checked
        {
            _models[model] = new ModelUse(
                before.Input + tokens.GetInt64("input"),
                before.Output + tokens.GetInt64("output"),
                before.CacheRead + tokens.GetInt64("cache_read"),
                before.CacheCreation + tokens.GetInt64("cache_creation"),
                Money.TryAdd(before.Usd, cost.Exact("amount", Money.FromCents), out var usd)
                    ? usd
                    : throw cost.Broken("amount", "adds up to more digits than a decimal holds"));
        }
    }

    private readonly record struct ModelUse(long Input, long Output, long CacheRead, long CacheCreation, decimal Usd)
    {
        public JsonElement? Tokens() => new Details()
            .Add("input", Input)
            .Add("output", Output)
            .Add("cache_read", CacheRead)
            .Add("cache_creation", CacheCreation)
            .ToJson();
    }
}
