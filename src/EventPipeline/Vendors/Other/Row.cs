using System.Globalization;
using System.Text.Json;
using EventPipeline.Vendors.Json;

namespace EventPipeline.Vendors.Other;

/// <summary>A row, valid until the next one is read.</summary>
/// <param name="way">What it is in, from the list's item to the row itself.</param>
internal readonly struct Row(JsonValue[] way)
{
    // In seconds this is the year 5138, in milliseconds 1973.
    private const long LeastMilliseconds = 100_000_000_000;

    /// <summary>The row.</summary>
    public Fields Fields => new(way[^1]);

    /// <summary>A text, or a number or flag as it is written; null where it is null or absent.</summary>
    public string? Text(RowMember member)
    {
        if (member.IsName)
        {
            return Find(member, member.Names.Count)?.Name;
        }

        return Find(member, member.Names.Count) switch
        {
            null or { Kind: JsonValueKind.Null } => null,
            { Kind: JsonValueKind.String } text => new Fields(text).StringOf(text),
            { Kind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
            { } value => throw Broken(value, "is not a text, a number or a flag"),
        };
    }

    /// <summary>A decimal, as a JSON number or as text; null where it is null or absent.</summary>
    public decimal? Number(RowMember member, int shift) => Find(member, member.Names.Count - 1) switch
    {
        null or { Kind: JsonValueKind.Null } => null,
        { Kind: JsonValueKind.Object } parent => new Fields(parent).ExactOrNull(member.Names[^1], shift),
        { } value => throw Broken(value, "is not an object"),
    };

    /// <summary>Whether the member is there, even if it is null.</summary>
    public bool Has(RowMember member) => Find(member, member.Names.Count) is not null;

    /// <summary>
    /// The UTC day of a date, an RFC 3339 time, or seconds or milliseconds since 1970; null where it is none of them.
    /// </summary>
    public DateOnly? Day(RowMember member)
    {
        var text = Text(member);
        if (UtcDay.TryParse(text, out var date))
        {
            return date;
        }

        var time = text is null ? null : TimeOf(text);
        return time is { } at ? DateOnly.FromDateTime(at.UtcDateTime) : null;
    }

    /// <summary>Notes the members that the settings say nothing of, in the objects that the row is in.</summary>
    /// <param name="known">The members that they say something of, by level.</param>
    public void NoteUnknown(IReadOnlyList<IReadOnlySet<string>> known)
    {
        for (var level = 0; level < way.Length - 1; level++)
        {
            if (known[level].Count == 0)
            {
                continue; // A list, or a map: its names are data.
            }

            foreach (var child in way[level].Children)
            {
                if (!known[level].Contains(child.Name))
                {
                    child.Values.Conversation.Note(child.Path);
                }
            }
        }
    }

    /// <summary>The row breaks what the settings say of it.</summary>
    public RejectedEventException Broken(string what) =>
        Fields.Value.Values.Conversation.Broken($"'{Fields.Value.Path}' {what} ({Fields.Value.Values.Place}).");

    private static DateTimeOffset? TimeOf(string text)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Rfc3339.Read(text);
        }

        var seconds = number >= LeastMilliseconds ? number / 1_000 : number;
        return seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private static RejectedEventException Broken(JsonValue value, string what) =>
        value.Values.Conversation.Broken($"'{value.Path}' {what} ({value.Values.Place}).");

    private JsonValue? Find(RowMember member, int names)
    {
        JsonValue? here = way[member.Level];
        for (var i = 0; i < names && here is { } value; i++)
        {
            here = value.Kind switch
            {
                JsonValueKind.Object => value.Member(member.Names[i]),
                JsonValueKind.Null => null,
                _ => throw Broken(value, "is not an object"),
            };
        }

        return here;
    }
}
