using System.Text.Json;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary>The body of a POST: days in milliseconds, both ends included, a page, filters.</summary>
/// <param name="request">The request.</param>
/// <param name="defaultSize">Objects per page where the body does not say.</param>
internal sealed class CursorAsked(SimulatedRequest request, int defaultSize)
{
    private const int MaxSize = 1_000;
    private readonly JsonElement _body = Parse(request.Body);

    /// <summary>Whether it asks for a page.</summary>
    public bool HasPage => Number("page") is not null && Number("pageSize") is not null;

    /// <summary>The page, from 1.</summary>
    public int Page => (int)Within("page", 1, int.MaxValue, 1);

    /// <summary>Objects per page.</summary>
    public int PageSize => (int)Within("pageSize", 1, MaxSize, defaultSize);

    /// <summary>The first moment, UTC.</summary>
    public DateTimeOffset From => Time("startDate");

    /// <summary>The last moment, UTC, included.</summary>
    public DateTimeOffset To => Time("endDate") is var end && end >= From
        ? end
        : throw new RefusedException(400, "endDate must not be before startDate.");

    /// <summary>The days of the range.</summary>
    public IEnumerable<DateOnly> Days
    {
        get
        {
            var (first, last) = (DateOnly.FromDateTime(From.UtcDateTime), DateOnly.FromDateTime(To.UtcDateTime));
            return Enumerable.Range(first.DayNumber, last.DayNumber - first.DayNumber + 1)
                .Select(DateOnly.FromDayNumber);
        }
    }

    /// <summary>The text of a filter; null where it is not sent.</summary>
    public string? Filter(string name) =>
        _body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The objects of the page.</summary>
    public IEnumerable<T> PageOf<T>(IReadOnlyList<T> all) => all.Skip((Page - 1) * PageSize).Take(PageSize);

    /// <summary>How many pages so many objects have.</summary>
    public int PagesOf(int count) => (count + PageSize - 1) / PageSize;

    private DateTimeOffset Time(string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            Number(name) is { } time && time is >= 0 and < 32_503_680_000_000
                ? time
                : throw new RefusedException(400, $"{name} is required, in milliseconds since 1970."));

    private long Within(string name, long least, long most, long usual) => Number(name) switch
    {
        null => usual,
        var number when number >= least && number <= most => number.Value,
        var number => throw new RefusedException(400, $"{name} is {number}; it takes {least} to {most}."),
    };

    private long? Number(string name) =>
        _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
                ? number
                : throw new RefusedException(400, $"{name} must be a whole number.")
            : null;

    private static JsonElement Parse(string body)
    {
        try
        {
            return JsonElement.Parse(body) is { ValueKind: JsonValueKind.Object } asked
                ? asked
                : throw new RefusedException(400, "The body must be a JSON object.");
        }
        catch (JsonException)
        {
            throw new RefusedException(400, "The body is not JSON.");
        }
    }
}
