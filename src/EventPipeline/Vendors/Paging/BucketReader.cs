using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>A bucket arrived (no row), or a row in it.</summary>
internal readonly record struct BucketItem(DateOnly Day, Fields? Row);

/// <summary>
/// Reads one bucket: its two times and its rows, in any order. Rows are held back until the bucket has ended or more
/// than 256 KiB of them wait, because undocumented members may follow them and distinguish two buckets of one day; rows
/// that come before both times wait in any case.
/// </summary>
/// <param name="body">The body, in which the bucket has just begun.</param>
/// <param name="conversation">The conversation it came in.</param>
/// <param name="items">The array that the buckets are in, for people.</param>
/// <param name="shape">The names of the members.</param>
internal sealed class BucketReader(JsonBody body, Conversation conversation, string items, BucketShape shape)
{
    private const int MaxHeldBytes = 256 * 1024;
    private readonly string _path = $"{items}[].{shape.Rows}[]";
    private readonly List<byte[]> _waiting = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int? _start;
    private int? _end;
    private bool _announced;
    private int _held;
    private UInt128 _unknown;

    /// <summary>The day, as far as it is known.</summary>
    private DateOnly? Day => (_start ?? _end - 1) is { } number ? DateOnly.FromDayNumber(number) : null;

    private string Place => Day is { } day
        ? FormattableString.Invariant($"the bucket of {day:yyyy-MM-dd}")
        : "a bucket without times";

    /// <summary>Reads the bucket that has just begun, to its end.</summary>
    public async IAsyncEnumerable<BucketItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await body.NextAsync(cancellationToken) == JsonTokenType.PropertyName)
        {
            var name = body.Name;
            if (!_seen.Add(name))
            {
                throw conversation.Broken($"'{items}[].{conversation.Quote(name)}' occurs twice in {Place}.");
            }

            if (name == shape.Rows)
            {
                await foreach (var row in ReadResultsAsync(cancellationToken))
                {
                    yield return row;
                }

                continue;
            }

            await ReadFieldAsync(name, cancellationToken);
            foreach (var item in Announce())
            {
                yield return item;
            }
        }

        Check();
        foreach (var row in Release())
        {
            yield return row;
        }
    }

    private async IAsyncEnumerable<BucketItem> ReadResultsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await body.NextAsync(cancellationToken) != JsonTokenType.StartArray)
        {
            throw conversation.Broken($"'{items}[].{shape.Rows}' is not an array in {Place}.");
        }

        while (await body.NextValueAsync(cancellationToken) is { } value)
        {
            _waiting.Add(value);
            _held += value.Length;
            foreach (var row in _held > MaxHeldBytes ? Release() : [])
            {
                yield return row;
            }
        }
    }

    /// <summary>The rows that wait, as soon as their day is known.</summary>
    private IEnumerable<BucketItem> Release()
    {
        if (Day is not { } day)
        {
            yield break;
        }

        foreach (var value in _waiting)
        {
            yield return Row(day, value);
        }

        _waiting.Clear();
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
        var value = body.Parse(await body.NextValueAsync(cancellationToken) ?? []);
        if (
            shape.Type is { } type
                && name == type.Name
                && value.ValueKind == JsonValueKind.String
                && value.ValueEquals(type.Value))
        {
            return;
        }

        _unknown = unchecked(_unknown + Canonical.Hash(Canonical.Path("", name), value));
        conversation.Note($"{items}[].{name}");
    }

    private async ValueTask<int> ReadMidnightAsync(string name, CancellationToken cancellationToken)
    {
        var value = body.Parse(await body.NextValueAsync(cancellationToken) ?? []);
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

    private IEnumerable<BucketItem> Announce()
    {
        if (_start is { } start && _end is { } end && end != start + 1)
        {
            throw conversation.Broken(FormattableString.Invariant(
                $"{Place} ends on {DateOnly.FromDayNumber(end):yyyy-MM-dd}: it is not one whole UTC day."));
        }

        if (Day is not { } day || _announced)
        {
            yield break;
        }

        _announced = true;
        if (conversation.Window.Contains(day))
        {
            yield return new BucketItem(day, Row: null);
        }
    }

    private BucketItem Row(DateOnly day, byte[] value)
    {
        if (!conversation.Window.Contains(day))
        {
            throw conversation.Broken($"{Place} has rows, but the day was not requested.");
        }

        return new BucketItem(day, Fields.FromItem(body.Parse(value), _path, Place, conversation, _unknown));
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
