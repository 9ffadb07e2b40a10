using System.Globalization;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// Reads a window of a described report. Rows of several days come in any order, and parts of a row on any page, so
/// they are held until all have come, of so many days at once as that is possible for.
/// </summary>
internal sealed class ReportReading(
    VendorApi api, Conversation conversation, FetchContext fetch, ReportDefinition report)
{
    private const int MaxHeld = 50_000;

    private bool _isCut;

    /// <summary>Streams the window.</summary>
    public async IAsyncEnumerable<VendorItem> FetchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var details = new Details();
        var spans = new Stack<Window>([fetch.Window]);
        while (spans.TryPop(out var span))
        {
            _isCut = false;
            if (span.Days == 1 && !report.AddsEqualRows)
            {
                yield return new BucketArrived(span.From);
                await foreach (var row in ReadAsync(span, cancellationToken))
                {
                    yield return Record(row, details);
                }

                continue;
            }

            if (await HoldAsync(span, cancellationToken) is not { } held)
            {
                var (earlier, later) = span.Halves();
                spans.Push(later);
                spans.Push(earlier);
                continue;
            }

            foreach (var day in span.EachDay())
            {
                yield return new BucketArrived(day);
                foreach (var row in held[day])
                {
                    yield return Record(row, details);
                }
            }
        }
    }

    private VendorRecord Record(MappedRow row, Details details) =>
        row.ToRecord(fetch, conversation, report.Grain, details);

    /// <summary>The rows of some days; null where they are more than are held, and of several days.</summary>
    private async Task<ILookup<DateOnly, MappedRow>?> HoldAsync(Window span, CancellationToken cancellationToken)
    {
        var rows = new List<MappedRow>();
        var places = new Dictionary<(RowKey Key, UInt128 Texts), int>();
        await foreach (var row in ReadAsync(span, cancellationToken))
        {
            if (!report.AddsEqualRows)
            {
                rows.Add(row);
            }
            else if (places.TryAdd((row.Key, row.Words.Texts), rows.Count))
            {
                // What tells rows apart that come whole means nothing in a sum.
                rows.Add(row with { Words = row.Words with { Others = 0, Values = 0 } });
            }
            else
            {
                var place = places[(row.Key, row.Words.Texts)];
                rows[place] = rows[place].TryAdd(row) ?? throw conversation.Broken(
                    FormattableString.Invariant(
                        $"the rows of {row.Day:yyyy-MM-dd} add up to more than a column holds."));
            }

            if (rows.Count > MaxHeld)
            {
                return span.Days > 1
                    ? null
                    : throw conversation.Broken(FormattableString.Invariant(
                        $"{span.From:yyyy-MM-dd} has more than {MaxHeld} different rows, too many to add up. ")
                            + "Ask the vendor for a coarser grouping, or for rows that need no adding up "
                            + "(EqualRows).");
            }
        }

        return _isCut ? null : rows.ToLookup(row => row.Day);
    }

    private async IAsyncEnumerable<MappedRow> ReadAsync(
        Window span, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = 0;
        await foreach (var item in ItemsAsync(span, cancellationToken))
        {
            items++;
            foreach (var row in report.Rows.RowsOf(item))
            {
                row.NoteUnknown(report.Known);
                var day = report.Day is null ? span.From : DayOf(row);
                if (!span.Contains(day))
                {
                    RequireFree(day, row);
                    continue;
                }

                var words = row.Fields.Words(report.Shape, []);
                foreach (var table in report.Tables)
                {
                    if (table.Read(row, words, fetch, report.Grain, day) is { } mapped)
                    {
                        yield return mapped;
                    }
                }
            }
        }

        _isCut = items >= report.RowLimit;
        if (_isCut && span.Days == 1)
        {
            throw conversation.Broken(FormattableString.Invariant(
                $"{span.From:yyyy-MM-dd} has {items} rows, as many as the vendor answers with at most (RowLimit): ")
                    + "there may be more. Ask the vendor for a coarser grouping.");
        }
    }

    private IAsyncEnumerable<Fields> ItemsAsync(Window span, CancellationToken cancellationToken)
    {
        var place = string.Create(
            CultureInfo.InvariantCulture, $"the rows of {span.From:yyyy-MM-dd} to {span.To:yyyy-MM-dd}");
        var request = report.Request.Create(span, isArray: report.Rows.List.Length == 0);
        var paging = report.Paging;
        return paging.Kind switch
        {
            PagingKind.Page =>
                new NumberedPages(api).ReadAsync(conversation, Numbered(request), place, cancellationToken),
            PagingKind.Link =>
                new LinkedPages(api).ReadAsync(conversation, request, paging.Shape, place, cancellationToken),
            _ => new VendorPages(api).ReadListAsync(
                conversation, new ListQuery(request, paging.Shape, paging.Parameter), place, cancellationToken),
        };
    }

    private NumberedQuery Numbered(VendorRequest request)
    {
        var paging = report.Paging;
        return new NumberedQuery(
            number => request.With(
                paging.Parameter, (paging.FirstPage + number - 1).ToString(CultureInfo.InvariantCulture)),
            paging.Shape,
            page => paging.TotalPages is { } pages ? page.Number < page.Counts.GetInt64(pages)
                : paging.Shape.Counts is [var hasMore] ? page.Counts.Flag(hasMore) == true
                : page.Items > 0)
        {
            Whole = paging.TotalPages is { } total ? page => $"{page.Counts.GetInt64(total)} pages" : null,
        };
    }

    private DateOnly DayOf(Row row) => row.Day(report.Day!) ?? throw row.Broken(
        $"has '{row.Fields.Quote(row.Text(report.Day!) ?? "null")}' for its day, which is not a date or a time");

    /// <summary>A vendor that was asked for days answers with these; another one answers with what it has.</summary>
    private void RequireFree(DateOnly day, Row row)
    {
        if (report.Request.AsksForDays)
        {
            throw row.Broken(
                FormattableString.Invariant($"is of {day:yyyy-MM-dd}, a day that was not asked for: check what ")
                    + "{from}, {to} and {until} are given as");
        }
    }
}
