using System.Net;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Http;

/// <summary>What to ask a vendor for.</summary>
/// <param name="PathAndQuery">Below the account's base address, without a leading slash.</param>
/// <param name="Tolerated">A status that is an answer here, not a failure.</param>
/// <param name="Beta">Anthropic's <c>anthropic-beta</c>, where the request needs one.</param>
internal sealed record VendorRequest(string PathAndQuery, HttpStatusCode? Tolerated = null, string? Beta = null)
{
    /// <summary>Whether 403 is an answer too: the request is worth making without it.</summary>
    public bool MayBeForbidden { get; init; }

    /// <summary>The path alone, for people.</summary>
    public string Path => PathAndQuery.Split('?', 2)[0];

    /// <summary>With one more parameter.</summary>
    public VendorRequest With(string parameter, string value) => this with
    {
        PathAndQuery = $"{PathAndQuery}{(PathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameter}={Uri.EscapeDataString(value)}",
        Tolerated = null,
        MayBeForbidden = false,
    };

    /// <summary>Whether this refusal is an answer to it.</summary>
    public bool Tolerates(HttpStatusCode status) => status == Tolerated || (MayBeForbidden && status == HttpStatusCode.Forbidden);

    /// <summary>Identifies the request in the raw layer: 32 hexadecimal digits over method and address, no credential.</summary>
    public string Hash(Uri baseAddress) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"GET {new Uri(baseAddress, PathAndQuery).AbsoluteUri}")).AsSpan(0, 16));
}

/// <summary>What a vendor answered.</summary>
/// <param name="body">The body, where the answer is data.</param>
/// <param name="response">What holds the connection.</param>
/// <param name="refusal">Why there is none, where the status was tolerated; not thrown.</param>
internal sealed class VendorAnswer(JsonBody? body, HttpResponseMessage? response, RejectedEventException? refusal) : IDisposable
{
    public JsonBody Body => body ?? throw refusal!;

    public RejectedEventException? Refusal => refusal;

    /// <summary>The vendor's own words of the refusal.</summary>
    public VendorError? Error { get; init; }

    public void Dispose() => response?.Dispose();
}
