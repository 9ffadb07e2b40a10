using System.Globalization;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>The cursors of one list: none repeats, and they end. An empty page is not an end.</summary>
/// <param name="conversation">The conversation.</param>
/// <param name="hasMore">The member that says whether there is more.</param>
/// <param name="maxPages">How many pages are followed.</param>
internal sealed class CursorTrail(Conversation conversation, string? hasMore, int maxPages)
{
    private const int MaxCursorLength = 8 * 1024;
    private const int MaxEmptyPages = 50;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _empty;
    private int _followed;

    /// <summary>Where the vendor says that there is more, the cursor to follow.</summary>
    /// <param name="cursor">The vendor's cursor.</param>
    /// <param name="name">The field it came in.</param>
    /// <param name="isEmpty">Whether the page brought no rows.</param>
    /// <param name="isNothingNew">Whether its rows had occurred before.</param>
    /// <param name="mayEnd">
    /// Whether everything requested has arrived, and the vendor was seen to lead on beyond it.
    /// </param>
    /// <returns>Null where it leads on beyond the end.</returns>
    public string? Follow(string? cursor, string name, bool isEmpty, bool isNothingNew, bool mayEnd)
    {
        _empty = isEmpty ? _empty + 1 : 0;
        if (string.IsNullOrEmpty(cursor))
        {
            throw conversation.Broken($"'{hasMore}' is true, but '{name}' is missing.");
        }

        if (cursor.Length > MaxCursorLength)
        {
            throw conversation.Broken($"'{name}' is longer than 8 KiB.");
        }

        // A cursor that repeats beside new rows is followed once more: only the page behind it shows that there is
        // nothing more.
        var comesAgain = !_seen.Add(cursor);
        if (mayEnd && ((comesAgain && (isEmpty || isNothingNew)) || _empty == MaxEmptyPages))
        {
            conversation.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{hasMore} stays true beyond the last data: every day had arrived, and the reading ended after "
                    + $"{_empty} pages without rows"));
            return null;
        }

        if (comesAgain && !mayEnd)
        {
            throw conversation.Broken($"'{name}' occurred before: pagination loops.");
        }

        if (_empty == MaxEmptyPages)
        {
            throw conversation.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"'{name}' led from one page without rows to the next {_empty} times: pagination does not end."));
        }

        return ++_followed < maxPages
            ? cursor
            : throw conversation.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"'{name}' still leads on after {maxPages} pages: pagination does not end."));
    }
}
