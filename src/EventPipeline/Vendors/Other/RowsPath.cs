using System.Text.Json;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// The way to the rows of a page: a list, which is streamed, and perhaps further lists and maps in each of its items.
/// </summary>
/// <param name="List">The list, by the names that lead to it; empty where the page is the list.</param>
/// <param name="Below">The steps from an item of the list to its rows; none where the items are the rows.</param>
internal sealed record RowsPath(string List, IReadOnlyList<string?> Below)
{
    /// <summary>The way that a path describes; null where it does not lead to a list.</summary>
    public static RowsPath? TryCreate(JsonPath path)
    {
        var every = path.Steps.Index().FirstOrDefault(step => step.Item is null, (-1, null)).Index;
        var list = every < 0 ? null : path with { Steps = [.. path.Steps.Take(every)] };
        return path.IsFromRow || path.IsName || list is null || (every > 0 && list.AsMember is null)
            ? null
            : new RowsPath(list.AsMember ?? "", [.. path.Steps.Skip(every + 1)]);
    }

    /// <summary>
    /// Where a path leads from a row: into the row itself, or one of the objects that it is in. Null where it leads out
    /// of the list's item, or to more than one place.
    /// </summary>
    public RowMember? TryFind(JsonPath path)
    {
        IReadOnlyList<string?> steps = path.Steps;
        var level = Below.Count;
        if (!path.IsFromRow)
        {
            var way = List.Length == 0 ? [] : List.Split('.');
            if (steps.Count <= way.Length
                || !steps.Take(way.Length).SequenceEqual(way)
                || steps[way.Length] is not null)
            {
                return null;
            }

            steps = [.. steps.Skip(way.Length + 1)];
            level = steps.Zip(Below).TakeWhile(pair => pair.First == pair.Second).Count();
            steps = [.. steps.Skip(level)];
        }

        var names = steps.OfType<string>().ToList();
        return names.Count == steps.Count && (names.Count > 0 || path.IsName)
            ? new RowMember(level, names, path.IsName)
            : null;
    }

    /// <summary>The rows of an item.</summary>
    public IEnumerable<Row> RowsOf(Fields item)
    {
        var way = new JsonValue[Below.Count + 1];
        way[0] = item.Value;
        return From(way, 0);
    }

    private IEnumerable<Row> From(JsonValue[] way, int level)
    {
        var here = way[level];
        if (level == Below.Count)
        {
            yield return here.Kind == JsonValueKind.Object
                ? new Row(way)
                : throw here.Values.Conversation.Broken($"'{here.Path}' is not an object.");
            yield break;
        }

        foreach (var next in Next(here, Below[level]))
        {
            way[level + 1] = next;
            foreach (var row in From(way, level + 1))
            {
                yield return row;
            }
        }
    }

    private static List<JsonValue> Next(JsonValue here, string? name)
    {
        if (name is not null)
        {
            return here.Kind == JsonValueKind.Object && here.Member(name) is { IsNull: false } member
                ? [member]
                : throw here.Values.Conversation.Broken($"'{here.Path}.{name}' is missing or null.");
        }

        if (here.Kind is not (JsonValueKind.Array or JsonValueKind.Object))
        {
            throw here.Values.Conversation.Broken($"'{here.Path}' is neither an array nor an object.");
        }

        var all = new List<JsonValue>();
        foreach (var child in here.Children)
        {
            all.Add(child);
        }

        return all;
    }
}

/// <summary>A member of a row, or of something that the row is in.</summary>
/// <param name="Level">How many steps below the list's item the path begins.</param>
/// <param name="Names">The names from there.</param>
/// <param name="IsName">Whether the name is meant, not the value.</param>
internal sealed record RowMember(int Level, IReadOnlyList<string> Names, bool IsName);
