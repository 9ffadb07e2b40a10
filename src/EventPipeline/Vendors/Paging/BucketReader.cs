using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>A bucket arrived (no rows), or rows of it.</summary>
internal readonly record struct BucketPart(DateOnly Day, JsonValues? Rows);

/// <summary>
/// Reads one bucket: its two times and its rows, in any order. Rows are held back until the bucket has ended or more
/// than 256 KiB of them wait, because undocumented members may follow them and distinguish two buckets of one day; rows
/// that come before both times wait in any case.
/// </summary>
/// <param name="body">The body, in which the bucket has just begun.</param>
/// <param name="rows">Where rows are held; cleared when they have been handed on.</param>
/// <param name="conversation">The conversation it came in.</param>
/// <param name="items">The array that the buckets are in, for people.</param>
/// <param name="shape">The names of the members.</param>
internal sealed class BucketReader(
    JsonBody body, JsonValues rows, Conversation conversation, string items, BucketShape shape)
{
    private const int MaxHeldBytes = 256 * 1024;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int? _start;
    private int? _end;
    private bool _announced;
    private UInt128 _unknown;

    /// <summary>The day, as far as it is known.</summary>
    private DateOnly? Day => (_start ?? _end - 1) is { } number ? DateOnly.FromDayNumber(number) : null;

    private string Place => Day is { } day
        ? FormattableString.Invariant($"the bucket of {day:yyyy-MM-dd}")
        : "a bucket without times";

    /// <summary>Reads the bucket that has just begun, to its end.</summary>
    public async IAsyncEnumerable<BucketPart> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wereReleased = false;
        while (await body.NextAsync(cancellationToken) == JsonTokenType.PropertyName)
        {
            var name = body.Name;
            if (!_seen.Add(name))
            {
                throw conversation.Broken($"'{items}[].{conversation.Quote(name)}' occurs twice in {Place}.");
            }

            if (name != shape.Rows)
            {
                await ReadFieldAsync(name, cancellationToken);
                if (TryAnnounce(out var day))
                {
                    yield return new BucketPart(day, Rows: null);
                }

                continue;
            }

            await BeginRowsAsync(cancellationToken);
            while (await body.TakeManyAsync(rows, Math.Max(MaxHeldBytes, rows.Length), cancellationToken))
            {
                if (Day is { } day)
                {
                    rows.Around = wereReleased ? rows.Around : _unknown;
                    wereReleased = true;
                    yield return Release(day);
                    rows.Clear();
                }
            }
        }

        Check();
        if (rows.Length > 0)
        {
            rows.Around = wereReleased ? rows.Around : _unknown;
            yield return Release(Day!.Value);
            rows.Clear();
        }
    }

    private async ValueTask BeginRowsAsync(CancellationToken cancellationToken)
    {
        if (await body.NextAsync(cancellationToken) != JsonTokenType.StartArray)
        {
            throw conversation.Broken($"'{items}[].{shape.Rows}' is not an array in {Place}.");
        }
    }

    private BucketPart Release(DateOnly day)
    {
        rows.Place = Place;
        return conversation.Window.Contains(day)
            ? new BucketPart(day, rows)
            : throw conversation.Broken($"{Place} has rows, but the day was not requested.");
    }

    private async ValueTask ReadFieldAsync(string name, CancellationToken cancellationToken)
    {
        if (name == shape.Start)
        {
            _start = await ReadMidnightAsync(name, cancellationToken);
        }
        else if (name == shape.End)
        {
            _end = await ReadMidnightAsync(name, cancellationToken);
        }
        else
        {
            await ReadUnknownAsync(name, cancellationToken);
        }
    }

    /// <summary>Undocumented members distinguish the bucket's rows from those of another bucket of the day.</summary>
    private async ValueTask ReadUnknownAsync(string name, CancellationToken cancellationToken)
    {
        using var values = new JsonValues(conversation, $"{items}[].{name}", Place);
        await body.TakeAsync(values, cancellationToken);
        if (shape.Type is { } type
            && name == type.Name
            && values.First is { Kind: JsonValueKind.String } value
            && value.Utf8.SequenceEqual(Encoding.UTF8.GetBytes(type.Value)))
        {
            return;
        }

        _unknown = unchecked(_unknown + Canonical.Hash(CanonicalPath.Root.Member(name), values.First));
        conversation.Note($"{items}[].{name}");
    }

    private async ValueTask<int> ReadMidnightAsync(string name, CancellationToken cancellationToken)
    {
        var value = await body.TakeElementAsync(cancellationToken);
        if (conversation.Protocol.ReadTime(value) is not { } time)
        {
            throw conversation.Broken(
                $"'{items}[].{name}' is {conversation.Quote(value.GetRawText())}, not a time, in {Place}.");
        }

        var ticks = time.UtcTicks;
        return ticks % TimeSpan.TicksPerDay == 0 && ticks > 0
            ? (int)(ticks / TimeSpan.TicksPerDay)
            : throw conversation.Broken(
                $"'{items}[].{name}' is {conversation.Quote(value.GetRawText())}, not midnight UTC: the bucket is not "
                    + "a whole UTC day.");
    }

    private bool TryAnnounce(out DateOnly day)
    {
        if (_start is { } start && _end is { } end && end != start + 1)
        {
            throw conversation.Broken(FormattableString.Invariant(
                $"{Place} ends on {DateOnly.FromDayNumber(end):yyyy-MM-dd}: it is not one whole UTC day."));
        }

        day = Day ?? default;
        if (Day is null || _announced)
        {
            return false;
        }

        _announced = true;
        return conversation.Window.Contains(day);
    }

    private void Check()
    {
        if (_start is null || _end is null)
        {
            throw conversation.Broken(
                $"'{items}[].{(_start is null ? shape.Start : shape.End)}' is missing in {Place}.");
        }

        if (!_seen.Contains(shape.Rows))
        {
            throw conversation.Broken($"'{items}[].{shape.Rows}' is missing in {Place}.");
        }
    }
}
