using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Faults;

/// <summary>
/// The faults of paging. A made-up cursor holds the real one it stands for, so it works after its rule is gone.
/// </summary>
internal static class CursorFaults
{
    private const string Endless = "simulated_endless_";
    private const string Trailing = "simulated_trailing_";

    /// <summary>Whether the kind is one of these.</summary>
    public static bool Has(string kind) =>
        kind is FaultKinds.EndlessCursor or FaultKinds.SameCursor or FaultKinds.TrailingCursor or FaultKinds.EmptyPage;

    /// <summary>Replaces a made-up cursor with the real one; true for the cursor behind the last page.</summary>
    public static bool Unwrap(IDictionary<string, IReadOnlyList<string>> query, PageNames names)
    {
        foreach (var name in names.CursorParameters)
        {
            var cursor = query.TryGetValue(name, out var values) ? values[^1] : "";
            if (cursor.StartsWith(Trailing, StringComparison.Ordinal))
            {
                query.Remove(name);
                return true;
            }

            if (cursor.StartsWith(Endless, StringComparison.Ordinal))
            {
                var real = cursor[(cursor.IndexOf('.', StringComparison.Ordinal) + 1)..];
                query.Remove(name);
                if (real.Length > 0)
                {
                    query[name] = [real];
                }
            }
        }

        return false;
    }

    /// <summary>The answer with another cursor; null when it has no pages, or no end to put a cursor behind.</summary>
    /// <param name="kind">The kind of fault.</param>
    /// <param name="answer">The good answer.</param>
    /// <param name="request">The question, cursors unwrapped; its number makes a cursor new.</param>
    /// <param name="names">The vendor's names.</param>
    public static JsonObject? Apply(string kind, JsonObject answer, SimulatedRequest request, PageNames names)
    {
        if (
            names.HasMore is null
                || !answer.ContainsKey(names.HasMore)
                || (kind == FaultKinds.TrailingCursor && (bool)answer[names.HasMore]!))
        {
            return null;
        }

        var real = names.CursorParameters.Select(request.Single).FirstOrDefault(value => value is not null);
        var body = (JsonObject)answer.DeepClone();
        body[names.HasMore] = true;
        if (kind == FaultKinds.EmptyPage)
        {
            body[names.Items] = new JsonArray();
        }

        body[CursorOf(body, names)] = kind switch
        {
            FaultKinds.TrailingCursor => $"{Trailing}{request.Number}",
            FaultKinds.SameCursor => $"{Endless}0.{real}",
            _ => $"{Endless}{request.Number}.{real}",
        };
        return body;
    }

    /// <summary>The page behind the last one: empty, and the end.</summary>
    public static JsonObject Nothing(JsonObject answer, PageNames names)
    {
        var body = (JsonObject)answer.DeepClone();
        body[names.Items] = new JsonArray();
        body[names.HasMore!] = false;
        body[CursorOf(body, names)] = null;
        return body;
    }

    private static string CursorOf(JsonObject body, PageNames names) =>
        names.Cursors.FirstOrDefault(body.ContainsKey) ?? names.Cursors[^1];
}
