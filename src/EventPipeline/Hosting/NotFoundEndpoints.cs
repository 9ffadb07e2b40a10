using Microsoft.AspNetCore.Routing.Template;

namespace EventPipeline.Hosting;

/// <summary>
/// Answers requests that match no endpoint with the list of endpoints: 405 where the path is one's and the method is
/// not (RFC 9110, section 15.5.6), else 404.
/// </summary>
internal static class NotFoundEndpoints
{
    // A plain request delegate: the generator of delegates drops a fallback's pattern, and adds one that leaves out
    // paths with a dot.
    public static void MapNotFound(this IEndpointRouteBuilder routes) =>
        routes.MapFallback("{*path}", AnswerAsync).ExcludeFromDescription();

    private static Task AnswerAsync(HttpContext context)
    {
        var (method, path) = (context.Request.Method, context.Request.Path);
        var all = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            .Where(
                endpoint =>
                    endpoint.RoutePattern.RawText is { } text && !text.Contains("*path", StringComparison.Ordinal))
            .ToList();
        var allowed = all.Where(endpoint => IsAt(endpoint, path)).SelectMany(MethodsOf).Distinct().Order().ToList();
        if (allowed.Count > 0)
        {
            context.Response.Headers.Allow = string.Join(", ", allowed);
        }

        var extensions = new Dictionary<string, object?> { ["endpoints"] = Listed(all) };
        return (allowed.Count > 0
            ? TypedResults.Problem(
                title: "Method not allowed.",
                detail: $"{path} takes {string.Join(" or ", allowed)}, not {Shown.Plain(method, 40)}.",
                statusCode: StatusCodes.Status405MethodNotAllowed,
                extensions: extensions)
            : TypedResults.Problem(
                title: "No such endpoint.",
                detail: $"{method} {path} is not one of the endpoints listed here.",
                statusCode: StatusCodes.Status404NotFound,
                extensions: extensions)).ExecuteAsync(context);
    }

    private static bool IsAt(RouteEndpoint endpoint, PathString path) =>
        new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), [])
            .TryMatch(path.HasValue ? path : "/", []);

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];

    private static List<string> Listed(List<RouteEndpoint> all) =>
    [
        .. all.SelectMany(endpoint => MethodsOf(endpoint)
                .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
