using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// Which export the pages of one read were served from. There is no row for a day without usage, so that only the
/// export says whether a day is there: one that was made before the day was over, or none at all, says nothing of it.
/// </summary>
/// <param name="conversation">The conversation about the window.</param>
/// <param name="last">The last day that was asked for, UTC.</param>
internal sealed class Watermark(Conversation conversation, DateOnly last)
{
    /// <summary>The member of a page that holds it.</summary>
    public const string Name = "data_refreshed_at";

    private bool _isKnown;
    private DateTimeOffset? _export;

    /// <summary>Takes a page's.</summary>
    /// <returns>Whether it has all that was asked for.</returns>
    /// <exception cref="TransientFailureException">It is not that of the pages before.</exception>
    public bool Note(Fields page)
    {
        var export = page.Time(Name);
        if (_isKnown && export != _export)
        {
            throw conversation.Transient(
                $"the vendor's data was refreshed while its pages were read ({Name} was {Text(_export)}, then "
                    + $"{Text(export)}): they do not belong together. The window is read again from its first page.");
        }

        (_isKnown, _export) = (true, export);
        return Has(last);
    }

    /// <summary>Whether the export was made when a day was over.</summary>
    public bool Has(DateOnly day) => _export >= day.AddDays(1).Start();

    /// <summary>Ends the read of days that are not there yet.</summary>
    /// <exception cref="TransientFailureException">
    /// The export is older than the end of the last day that was asked for.
    /// </exception>
    public void RequireAll()
    {
        if (!Has(last))
        {
            throw conversation.NotReady(
                $"the data is not ready: the vendor's newest export ({Name}) is {Text(_export)}, and "
                    + FormattableString.Invariant($"{last:yyyy-MM-dd} was over later. ")
                    + "A day that is not exported is not an empty day: nothing of it was committed. It is exported "
                    + "about every four hours; the window is read again until it is there.");
        }
    }

    private static string Text(DateTimeOffset? time) => time is { } known
        ? FormattableString.Invariant($"of {known.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")
        : "none (null)";
}
