using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Faults;

/// <summary>The faults that change the content of a good answer.</summary>
internal static class BodyFaults
{
    private static readonly string[] Kinds =
    [
        FaultKinds.RepeatRows,
        FaultKinds.ConflictRows,
        FaultKinds.MissingBucket,
        FaultKinds.ChangedTotal,
        FaultKinds.UnknownField,
        FaultKinds.MissingField,
    ];

    /// <summary>Whether the kind is one of these.</summary>
    public static bool Has(string kind) => Kinds.Contains(kind);

    /// <summary>The changed answer; null if nothing in it can be changed that way.</summary>
    public static JsonObject? Apply(FaultRule rule, JsonObject answer, PageNames names)
    {
        var body = (JsonObject)answer.DeepClone();
        var row = FirstRow(body, names);
        return rule.Kind switch
        {
            FaultKinds.RepeatRows => row is not null && Repeat(row, row.DeepClone()),
            FaultKinds.ConflictRows =>
                row is not null && row.DeepClone() is var other && Change(other, names) && Repeat(row, other),
            FaultKinds.MissingBucket => RemoveBucket(body, names),
            FaultKinds.ChangedTotal => ChangeTotal(body, names),
            FaultKinds.UnknownField => row is not null && row.TryAdd(rule.Field ?? "simulated_new_field", "SIMULATED"),
            FaultKinds.MissingField => row is not null && row.Remove(rule.Field ?? FirstMetric(row, names)),
            _ => false,
        } ? body : null;
    }

    // A row of the first bucket that has one, or of the list.
    private static JsonObject? FirstRow(JsonObject body, PageNames names) => (body[names.ItemsOf(body)] as JsonArray)?
        .OfType<JsonObject>()
        .SelectMany(
            item => names.Rows is not null && item[names.Rows] is JsonArray results
                ? results.OfType<JsonObject>()
                : [item])
        .FirstOrDefault();

    private static bool Repeat(JsonObject row, JsonNode again)
    {
        ((JsonArray)row.Parent!).Add(again);
        return true;
    }

    private static bool RemoveBucket(JsonObject body, PageNames names)
    {
        if (
            names.Rows is null
                || body[names.Items] is not JsonArray { Count: > 0 } data
                || data[0] is not JsonObject first
                || !first.ContainsKey(names.Rows))
        {
            return false;
        }

        data.RemoveAt(data.Count / 2);
        return true;
    }

    // On the page, or in an object of its own.
    private static bool ChangeTotal(JsonObject body, PageNames names)
    {
        foreach (var place in body.Select(member => member.Value).OfType<JsonObject>().Prepend(body))
        {
            if (names.Totals.FirstOrDefault(place.ContainsKey) is { } total)
            {
                place[total] = (int)place[total]! + 1;
                return true;
            }
        }

        return false;
    }

    private static string FirstMetric(JsonObject row, PageNames names) =>
        row.FirstOrDefault(
            field => names.Amounts.Contains(field.Key) || field.Value?.GetValueKind() == JsonValueKind.Number).Key
            ?? "id";

    // One more in the first number, however deep, or in the amount that is a string.
    private static bool Change(JsonNode? node, PageNames names)
    {
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            var isAmount = names.Amounts.Contains(name) && value?.GetValueKind() == JsonValueKind.String;
            if (isAmount || value?.GetValueKind() == JsonValueKind.Number)
            {
#pragma warning disable RS0030 // The result is wrong on purpose.
                var more = decimal.Parse(value!.ToString(), NumberStyles.Number, CultureInfo.InvariantCulture) + 1;
#pragma warning restore RS0030
                node![name] = isAmount ? more.ToString(CultureInfo.InvariantCulture) : more;
                return true;
            }

            if (value is JsonObject && Change(value, names))
            {
                return true;
            }
        }

        return false;
    }
}
