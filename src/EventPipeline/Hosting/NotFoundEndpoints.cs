namespace EventPipeline.Hosting;

/// <summary>Answers requests that match no endpoint with the list of endpoints.</summary>
internal static class NotFoundEndpoints
{
    // A plain request delegate: the generator of delegates drops a fallback's pattern, and adds one that leaves out
    // paths with a dot.
    public static void MapNotFound(this IEndpointRouteBuilder routes) =>
        routes.MapFallback("{*path}", AnswerAsync).ExcludeFromDescription();

    private static Task AnswerAsync(HttpContext context)
    {
        var all = context.RequestServices.GetRequiredService<EndpointDataSource>();
        return TypedResults.Problem(
            title: "No such endpoint.",
            detail: $"{context.Request.Method} {context.Request.Path} is not one of the endpoints listed here.",
            statusCode: StatusCodes.Status404NotFound,
            extensions: new Dictionary<string, object?> { ["endpoints"] = Endpoints(all) }).ExecuteAsync(context);
    }

    private static List<string> Endpoints(EndpointDataSource all) =>
    [
        .. all.Endpoints.OfType<RouteEndpoint>()
            .Where(
                endpoint =>
                    endpoint.RoutePattern.RawText is { } path && !path.Contains("*path", StringComparison.Ordinal))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}"))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
