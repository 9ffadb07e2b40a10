namespace EventPipeline.Hosting;

/// <summary>Answers requests that match no endpoint with the list of endpoints.</summary>
internal static class NotFoundEndpoints
{
    public static void MapNotFound(this IEndpointRouteBuilder routes) =>
        routes.MapFallback("{*path}", (HttpContext context, EndpointDataSource all) =>
        TypedResults.Problem(
            title: "No such endpoint.",
            detail: $"{context.Request.Method} {context.Request.Path} is not one of the endpoints listed here.",
            statusCode: StatusCodes.Status404NotFound,
            extensions: new Dictionary<string, object?> { ["endpoints"] = Endpoints(all) })).ExcludeFromDescription();

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
