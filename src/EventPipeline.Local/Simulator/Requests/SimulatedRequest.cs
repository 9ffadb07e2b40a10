using EventPipeline.Local.Simulator.Data;

namespace EventPipeline.Local.Simulator.Requests;

/// <summary>What a vendor is asked.</summary>
/// <param name="Number">Counts the requests of this simulator, from 1.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, without the query.</param>
/// <param name="Query">The parameters with their values in order, names as sent.</param>
/// <param name="Headers">The headers.</param>
internal sealed record SimulatedRequest(
    long Number,
    string Method,
    string Path,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Query,
    IHeaderDictionary Headers)
{
    /// <summary>Whose key it carries, with full rights or not; null when no key is known.</summary>
    public SimulatedAccount? Account { get; init; }

    /// <summary>The body's text; empty if there is none.</summary>
    public string Body { get; init; } = "";

    /// <summary>The last value of a parameter; null when it was not sent.</summary>
    public string? Single(string name) => Query.GetValueOrDefault(name)?[^1];

    /// <summary>Every value of the parameters of these names.</summary>
    public IReadOnlyList<string> All(params IEnumerable<string> names) =>
        [.. names.SelectMany(name => Query.GetValueOrDefault(name) ?? [])];

    /// <summary>The credential of <c>Authorization: Bearer</c>; null when there is none.</summary>
    public string? Bearer => BearerOf(Headers);

    /// <summary>The credential of <c>Authorization: Bearer</c>; null when there is none.</summary>
    public static string? BearerOf(IHeaderDictionary headers) =>
        headers.Authorization.ToString() is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? value["Bearer ".Length..].Trim()
            : null;
}
