using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EventPipeline.Vendors;

/// <summary>A bucket arrived (no row), or a row in it.</summary>
internal readonly record struct BucketItem(DateOnly Day, Fields? Row);

/// <summary>
/// Reads one bucket: its two times and its results, in any order. Rows stream as soon as one of the times is known, which settles the
/// day; only rows that come before both are held back.
/// </summary>
internal sealed class BucketReader(JsonBody body, Reading reading)
{
    private readonly List<byte[]> _waiting = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int? _start;
    private int? _end;
    private bool _announced;

    /// <summary>The day, as far as it is known.</summary>
    private DateOnly? Day => (_start ?? _end - 1) is { } number ? DateOnly.FromDayNumber(number) : null;

    private string Place => Day is { } day ? FormattableString.Invariant($"the bucket of {day:yyyy-MM-dd}") : "a bucket without times";

    /// <summary>Reads the bucket that has just begun, to its end.</summary>
    public async IAsyncEnumerable<BucketItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await body.NextAsync(cancellationToken) == JsonTokenType.PropertyName)
        {
            var name = body.Name;
            if (!_seen.Add(name))
            {
                throw reading.Broken($"'data[].{reading.Quote(name)}' comes twice in {Place}.");
            }

            if (name == "results")
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
    }

    private async IAsyncEnumerable<BucketItem> ReadResultsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await body.NextAsync(cancellationToken) != JsonTokenType.StartArray)
        {
            throw reading.Broken($"'data[].results' is not an array in {Place}.");
        }

        while (await body.NextValueAsync(cancellationToken) is { } value)
        {
            if (Day is { } day)
            {
                yield return Row(day, value);
            }
            else
            {
                _waiting.Add(value);
            }
        }
    }

    private async ValueTask ReadFieldAsync(string name, CancellationToken cancellationToken)
    {
        if (name == reading.Protocol.BucketStart)
        {
            _start = await ReadMidnightAsync(name, cancellationToken);
        }
        else if (name == reading.Protocol.BucketEnd)
        {
            _end = await ReadMidnightAsync(name, cancellationToken);
        }
        else
        {
            if (name != "object")
            {
                reading.Note($"data[].{name}");
            }

            await body.SkipAsync(cancellationToken);
        }
    }

    private async ValueTask<int> ReadMidnightAsync(string name, CancellationToken cancellationToken)
    {
        var value = body.Parse(await body.NextValueAsync(cancellationToken) ?? []);
        if (reading.Protocol.ReadTime(value) is not { } time)
        {
            throw reading.Broken($"'data[].{name}' is {reading.Quote(value.GetRawText())}, not a time, in {Place}.");
        }

        var ticks = time.UtcTicks;
        return ticks % TimeSpan.TicksPerDay == 0 && ticks > 0
            ? (int)(ticks / TimeSpan.TicksPerDay)
            : throw reading.Broken(
                $"'data[].{name}' is {reading.Quote(value.GetRawText())}, not midnight UTC: the bucket is not a whole UTC day.");
    }

    private IEnumerable<BucketItem> Announce()
    {
        if (_start is { } start && _end is { } end && end != start + 1)
        {
            throw reading.Broken(FormattableString.Invariant(
                $"{Place} ends on {DateOnly.FromDayNumber(end):yyyy-MM-dd}: it is not one whole UTC day."));
        }

        if (Day is not { } day || _announced)
        {
            yield break;
        }

        _announced = true;
        if (reading.Window.Contains(day))
        {
            yield return new BucketItem(day, Row: null);
        }

        foreach (var value in _waiting)
        {
            yield return Row(day, value);
        }

        _waiting.Clear();
    }

    private BucketItem Row(DateOnly day, byte[] value)
    {
        if (!reading.Window.Contains(day))
        {
            throw reading.Broken($"{Place} has rows, and the day was not asked for.");
        }

        var element = body.Parse(value);
        return element.ValueKind == JsonValueKind.Object
            ? new BucketItem(day, new Fields(element, "data[].results[]", Place, reading))
            : throw reading.Broken($"'data[].results[]' is not an object in {Place}.");
    }

    private void Check()
    {
        if (_start is null || _end is null)
        {
            throw reading.Broken($"'data[].{(_start is null ? reading.Protocol.BucketStart : reading.Protocol.BucketEnd)}' is missing in {Place}.");
        }

        if (!_seen.Contains("results"))
        {
            throw reading.Broken($"'data[].results' is missing in {Place}.");
        }
    }
}
