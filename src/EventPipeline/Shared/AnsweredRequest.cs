using System.Globalization;
using System.Net;

namespace EventPipeline.Shared;

/// <summary>
/// A request and its answer, for the access log. The path only: what is behind the question mark may be secret.
/// </summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, escaped.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Latency">From its arrival to its answer.</param>
/// <param name="UserAgent">What the caller calls itself.</param>
/// <param name="RemoteIp">
/// The caller's address: behind Google's front end the one that it saw, not the one that the caller claims.
/// </param>
/// <param name="RequestSize">The announced size of the body in bytes.</param>
/// <param name="Protocol">Such as <c>HTTP/1.1</c>.</param>
internal sealed record AnsweredRequest(
    string Method,
    string Path,
    int Status,
    TimeSpan Latency,
    string? UserAgent,
    string? RemoteIp,
    long? RequestSize,
    string Protocol)
{
    /// <summary>Describes a request as it stands.</summary>
    public static AnsweredRequest FromContext(HttpContext context, int status, TimeSpan latency)
    {
        var request = context.Request;
        return new AnsweredRequest(
            request.Method,
            (request.PathBase + request.Path).ToUriComponent(),
            status,
            latency,
            request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null,
            Sender(context),
            request.ContentLength,
            request.Protocol);
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Method} {Path} was answered with {Status} after {Latency.TotalSeconds:0.000} s.");

    // The front end adds the address that it saw at the end of what the caller sent.
    private static string? Sender(HttpContext context) =>
        context.Request.Headers.GetCommaSeparatedValues("X-Forwarded-For") is [.., var last]
            && IPAddress.TryParse(last, out var address)
            ? address.ToString()
            : context.Connection.RemoteIpAddress?.ToString();
}
