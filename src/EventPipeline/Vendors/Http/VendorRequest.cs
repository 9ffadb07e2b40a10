using System.Net;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Http;

/// <summary>What to ask a vendor for: by default a GET without a body.</summary>
/// <param name="PathAndQuery">Below the account's base address, without a leading slash.</param>
internal sealed record VendorRequest(string PathAndQuery)
{
    /// <summary>401, 403 and 404: for what belongs to a plan that the organisation may not have.</summary>
    public static readonly IReadOnlyList<HttpStatusCode> NotInPlan =
        [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound];

    /// <summary>Any 4xx that no new key or proxy fixes: for what is a detail of something else.</summary>
    public static readonly IReadOnlyList<HttpStatusCode> AnyRefusal =
    [
        .. Enumerable.Range(400, 100).Select(status => (HttpStatusCode)status)
            .Except([HttpStatusCode.Unauthorized, HttpStatusCode.ProxyAuthenticationRequired]),
    ];

    /// <summary>The statuses without data that are an answer here, not a failure.</summary>
    public IReadOnlyList<HttpStatusCode> Tolerated { get; init; } = [];

    /// <summary>The method.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>The body; null for none.</summary>
    public VendorRequestBody? Body { get; init; }

    /// <summary>Headers that this request needs in addition to the common ones.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>
    /// The limit by which the vendor counts requests of this path, or of several that it belongs to, apart from the
    /// account's others; null where it counts them together.
    /// </summary>
    public RequestLimit? OwnLimit { get; init; }

    /// <summary>
    /// Whether the answer may begin with an array, or be a file of lines: elsewhere anything but an object is not the
    /// vendor's answer.
    /// </summary>
    public bool MayBeLines { get; init; }

    /// <summary>
    /// An address that the vendor gave, of a file on whatever host keeps it; null for the account's own API. It is
    /// fetched without the credential and without the vendor's headers: its query is all that it takes.
    /// </summary>
    public Uri? Link { get; private init; }

    /// <summary>The method and the path alone, for people.</summary>
    public string What =>
        $"{Method} {(Link is null ? PathAndQuery.Split('?', 2)[0] : Addresses.WithoutQuery(Link.AbsoluteUri))}";

    /// <summary>The file at an address that the vendor gave.</summary>
    /// <param name="conversation">The conversation in which it was given.</param>
    /// <param name="address">The address, absolute.</param>
    /// <exception cref="RejectedEventException">
    /// It is not an address on the account's own host, nor an https address on one of the vendor's
    /// (<see cref="VendorProtocol.LinkHosts"/>).
    /// </exception>
    public static VendorRequest FromLink(Conversation conversation, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var link) && LinkHosts.Keep(link, conversation)
            ? new VendorRequest(link.AbsoluteUri) { Link = link }
            : throw conversation.Broken(
                $"the link '{conversation.Quote(Addresses.WithoutQuery(address))}' is not an https address on a host "
                    + "that keeps the vendor's files.");

    /// <summary>A POST of JSON.</summary>
    public static VendorRequest PostJson(string pathAndQuery, string json) => new(pathAndQuery)
    {
        Method = HttpMethod.Post,
        Body = new VendorRequestBody(json, "application/json"),
    };

    /// <summary>With one more parameter.</summary>
    public VendorRequest With(string parameter, string value) => this with
    {
        PathAndQuery =
            $"{PathAndQuery}{(PathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}"
                + $"{parameter}={Uri.EscapeDataString(value)}",
        Tolerated = [],
    };

    /// <summary>Where it goes.</summary>
    public Uri Address(Uri baseAddress) => Link ?? new Uri(baseAddress, PathAndQuery);

    /// <summary>
    /// Identifies the request in the raw layer: 32 hexadecimal digits over method, address and body. No credential
    /// enters, nor a link's query, which is one.
    /// </summary>
    public string Hash(Uri baseAddress)
    {
        var address = Link is null ? Address(baseAddress).AbsoluteUri : Addresses.WithoutQuery(Link.AbsoluteUri);
        var text = Body is null ? $"{Method} {address}" : $"{Method} {address}\n{Body.ContentType}\n{Body.Text}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}

/// <summary>The body of a request.</summary>
/// <param name="Text">The text, sent as UTF-8.</param>
/// <param name="ContentType">Its media type, e.g. <c>application/json</c>.</param>
internal sealed record VendorRequestBody(string Text, string ContentType);

/// <summary>What a vendor answered.</summary>
/// <param name="body">The body, where the answer is data.</param>
/// <param name="response">What holds the connection.</param>
/// <param name="refusal">Why there is none, where the status was tolerated; not thrown.</param>
internal sealed class VendorAnswer(
    JsonBody? body, HttpResponseMessage? response, RejectedEventException? refusal) : IDisposable
{
    public JsonBody Body => body ?? throw refusal!;

    public RejectedEventException? Refusal => refusal;

    /// <summary>
    /// The address of the next page, from the header <c>Link</c> (RFC 8288) with <c>rel="next"</c>; null where there is
    /// none.
    /// </summary>
    public string? NextLink { get; init; }

    /// <summary>The status of the refusal; null where there is none.</summary>
    public HttpStatusCode? RefusedWith { get; init; }

    /// <summary>The vendor's own words of the refusal.</summary>
    public VendorError? Error { get; init; }

    public void Dispose() => response?.Dispose();
}
