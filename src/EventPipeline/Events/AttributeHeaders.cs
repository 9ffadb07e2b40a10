using EventPipeline.Messages;
using Microsoft.Extensions.Primitives;

namespace EventPipeline.Events;

/// <summary>
/// Decides which headers of a request are attributes of a message: an unwrapped push turns each attribute into a header
/// of that name, among HTTP's own and those added on the way.
/// https://docs.cloud.google.com/pubsub/docs/payload-unwrapping
/// </summary>
/// <remarks>
/// A misspelt argument must not be ignored, and a real push must not be refused because a proxy added a header; the
/// second would be worse. So an unknown header counts as an attribute only if it looks like one of ours: without a
/// dash, like our arguments and hardly any header outside <see cref="Transport"/>, or with a dash and close to an
/// argument's name (<c>dry-run-mode</c>, <c>day-s</c>). If it counts, it is refused by name where attributes are read,
/// with the nearest argument, and kept in the dead letter.
/// </remarks>
internal static class AttributeHeaders
{
    private static readonly HashSet<string> Arguments = new(RunRequestedReader.Fields, StringComparer.Ordinal);

    /// <summary>
    /// Transport headers without a dash: those in the IANA registry of HTTP field names that a request may carry, and
    /// those of tracers and proxies.
    /// </summary>
    private static readonly HashSet<string> Transport = new(StringComparer.Ordinal)
    {
        "accept",
        "age",
        "allow",
        "alpn",
        "apikey",
        "authorization",
        "b3",
        "baggage",
        "capsule",
        "close",
        "connection",
        "cookie",
        "cookie2",
        "date",
        "depth",
        "destination",
        "digest",
        "dnt",
        "downlink",
        "dpop",
        "dpr",
        "ect",
        "etag",
        "expect",
        "expires",
        "forwarded",
        "from",
        "hobareg",
        "host",
        "link",
        "location",
        "meter",
        "negotiate",
        "nel",
        "newrelic",
        "origin",
        "p3p",
        "pep",
        "pragma",
        "prefer",
        "priority",
        "protocol",
        "purpose",
        "range",
        "referer",
        "rtt",
        "security",
        "server",
        "signature",
        "slug",
        "sourcemap",
        "sunset",
        "sw8",
        "tcn",
        "te",
        "timeout",
        "topic",
        "traceresponse",
        "trailer",
        "traceparent",
        "tracestate",
        "ttl",
        "upgrade",
        "urgency",
        "vary",
        "via",
        "warning",
        "width",
    };

    private static readonly string[] TransportPrefixes =
    [
        "x-",
        "x_",
        "sec-",
        "content-",
        "accept-",
        "if-",
        "proxy-",
        "access-control-",
        "cf-",
        "cdn-",
        "fastly-",
        "fly-",
        "akamai-",
        "true-client-",
        "grpc-",
        "ot-",
        "uber",
        "jaeger-",
        "elastic-",
        "elasticapm",
        "sentry-",
        "datadog-",
        "dd-",
        "l5d-",
        "envoy-",
        "istio-",
        "goog-",
        "google-",
        "function-",
        "request-",
        "correlation-",
        "wl-",
        "ali-",
        "eagleeye-",
        "amz-",
        "aws-",
        "ms-",
        "azure-",
        "transfer-",
        "upgrade-",
        "want-",
        "repr-",
        "http2-",
        "signature-",
        "alt-",
        "idempotency-", "attribution-", "dynatrace", "traceid",
    ];

    /// <summary>What people write when they mean one of our arguments.</summary>
    private static readonly HashSet<string> Synonyms = new(StringComparer.Ordinal)
    {
        "dry", "date", "start", "end", "since", "until",
    };

    /// <summary>Whether a header, its name in lower case, is read as an attribute or refused as one.</summary>
    public static bool Stands(string name, StringValues values) =>
        IsKnown(name, values) || LooksLikeOne(name, values.ToString());

    /// <summary>Whether it is an attribute that is read.</summary>
    public static bool IsKnown(string name, StringValues values) =>
        name is "content-type" or "traceparent" or "tracestate"
        || name.StartsWith("ce-", StringComparison.Ordinal)
        || name.StartsWith("googclient_", StringComparison.Ordinal) // goog-… is Google's header, not an attribute
        || CopyMarks.Has(name)
        || (Arguments.Contains(name) && ValuesOf(name, values).Count > 0);

    private static bool LooksLikeOne(string name, string value) =>
        (!Transport.Contains(name) || IsNoTransport(name, value))
        && !TransportPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
        && (!name.Contains('-', StringComparison.Ordinal) || IsNearAnArgument(name));

    /// <summary>
    /// The values that may belong to an attribute: Google's pushes carry HTTP's own From header, an e-mail address,
    /// beside the argument of that name.
    /// </summary>
    public static StringValues ValuesOf(string name, StringValues values) => name == "from"
        ? new StringValues(
            [
                .. values.SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? [])
                .Where(value => !value.Contains('@', StringComparison.Ordinal)),
            ])
        : values;

    // RFC 9110: a Date has a time of day, a Range has a unit. A person who means a day or days writes neither.
    private static bool IsNoTransport(string name, string value) =>
        (name == "date" && !value.Contains(':', StringComparison.Ordinal))
            || (name == "range" && !value.Contains('=', StringComparison.Ordinal));

    private static bool IsNearAnArgument(string name) =>
        Nearest.Distance(name, Nearest.To(name, Arguments)!) <= 2
        || name.Split('-').Any(part => Synonyms.Contains(part)
            || Arguments.Contains(part)
            || (part.Length > 2 && Nearest.Distance(part, Nearest.To(part, Arguments)!) <= 1));
}
