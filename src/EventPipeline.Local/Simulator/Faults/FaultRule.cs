using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Faults;

/// <summary>One thing that goes wrong, for which requests and how often.</summary>
internal sealed record FaultRule
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    private static readonly IReadOnlyList<string> Fields =
        [
            .. typeof(FaultRule)
            .GetProperties()
            .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
        ];

    /// <summary>One of <see cref="FaultKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Only this vendor; null for all.</summary>
    public string? Vendor { get; init; }

    /// <summary>Only this account; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>Only requests whose path and query, unescaped, contain this; null for all.</summary>
    public string? PathContains { get; init; }

    /// <summary>The status of a <c>status</c> fault, 400 to 599.</summary>
    public int? Status { get; init; }

    /// <summary>The Retry-After of a <c>status</c> fault, in seconds; null for no header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How often; null for always.</summary>
    public int? Times { get; init; }

    /// <summary>How many of the requests it would hit to let through first.</summary>
    public int Skip { get; init; }

    /// <summary>
    /// The field of <c>missing_field</c> or <c>unknown_field</c>, null lets the simulator choose; the dimension of
    /// <c>grouping_refused</c>, null for any.
    /// </summary>
    public string? Field { get; init; }

    /// <summary>The requests a minute of <c>rate_limit</c>.</summary>
    public int? PerMinute { get; init; }

    /// <summary>For how long <c>slow_headers</c> waits; null for forever.</summary>
    public double? Seconds { get; init; }

    /// <summary>Whether it applies to this request.</summary>
    public bool Matches(string vendor, SimulatedRequest request, string pathAndQuery) =>
        (Vendor is null || Vendor == vendor)
        && (Account is null || Account == request.Account?.Name)
        && (PathContains is null || pathAndQuery.Contains(PathContains, StringComparison.Ordinal));

    /// <summary>Reads a list of rules, strictly.</summary>
    /// <exception cref="FormatException">Something is unknown or out of range; the message says what and names the
    /// nearest.</exception>
    /// <param name="json">The rules.</param>
    /// <param name="vendors">The vendors that are played.</param>
    public static IReadOnlyList<FaultRule> Parse(string json, IReadOnlyList<string> vendors)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("The rules are a JSON array: [{\"kind\": \"status\", \"status\": 500}].");
            }

            return [.. document.RootElement.EnumerateArray().Select(rule => Read(rule, vendors))];
        }
        catch (JsonException ex)
        {
            throw new FormatException($"The rules cannot be read: {ex.Message}", ex);
        }
    }

    private static FaultRule Read(JsonElement json, IReadOnlyList<string> vendors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"A rule is a JSON object, not {json.GetRawText()}.");
        }

        if (
            json.EnumerateObject()
                .Select(field => field.Name)
                .FirstOrDefault(name => !Fields.Contains(name)) is { } unknown)
        {
            throw new FormatException($"A rule has no field '{unknown}'. {Nearest.DidYouMean(unknown, Fields)}");
        }

        var rule = json.Deserialize<FaultRule>(Json)!;
        RequireOneOf("fault kind", rule.Kind, FaultKinds.All);
        Require(
            rule.Vendor is null || vendors.Contains(rule.Vendor),
            $"There is no vendor '{rule.Vendor}'. Did you mean '{Nearest.To(rule.Vendor ?? "", vendors)}'?");
        Require(
            rule.Kind != FaultKinds.Status || rule.Status is >= 400 and <= 599,
            "A 'status' fault needs a status from 400 to 599.");
        Require(
            rule.Kind != FaultKinds.RateLimit || rule.PerMinute is >= 0, "A 'rate_limit' needs perMinute, 0 or more.");
        Require(rule.RetryAfter is null or >= 0, "retryAfter is a number of seconds, 0 or more.");
        Require(rule.Times is null or >= 1, "times is 1 or more; leave it out for always.");
        Require(rule.Skip >= 0, "skip is 0 or more.");
        Require(rule.Seconds is null or (>= 0 and <= 3600), "seconds is from 0 to 3600; leave it out to wait forever.");
        return rule;
    }

    private static void RequireOneOf(string what, string given, IReadOnlyList<string> all) =>
        Require(all.Contains(given), $"There is no {what} '{given}'. {Nearest.DidYouMean(given, all)}");

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }
}
