using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace EventPipeline.Hosting;

/// <summary>
/// Holds requests to what their endpoint reads: an unknown query parameter is refused by name, a body over the limit is
/// answered with 413, and an unreadable body is the caller's mistake. Endpoints for events have different rules,
/// because there the answer is a dead letter.
/// </summary>
internal static class RequestRules
{
    /// <summary>Larger than any legitimate request; applies even if the endpoint reads no body.</summary>
    public const long MaxBodyBytes = 1024 * 1024;

    /// <summary>Applies the rules to endpoints.</summary>
    public static TBuilder HoldToWhatIsRead<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new Held());

    /// <summary>Checks every request to such an endpoint, and reports an unreadable body at any other.</summary>
    public static WebApplication UseRequestRules(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            var answer = context.GetEndpoint() is RouteEndpoint endpoint
                && endpoint.Metadata.GetMetadata<Held>() is not null
                ? MistakeOf(context, endpoint)
                : null;
            if (answer is not null)
            {
                await answer.ExecuteAsync(context);
                return;
            }

            try
            {
                await next(context);
            }
            catch (BadHttpRequestException unreadable) when (!context.Response.HasStarted)
            {
                await ProblemOf(unreadable.StatusCode).ExecuteAsync(context);
                return;
            }

            // If a body is bound to a parameter, some failures to read it end here without an explanation.
            if (context.Response is { HasStarted: false, ContentType: null, StatusCode: 400 or 413 or 415 } silent)
            {
                await ProblemOf(silent.StatusCode).ExecuteAsync(context);
            }
        });
        return app;
    }

    private static ProblemHttpResult? MistakeOf(HttpContext context, RouteEndpoint endpoint)
    {
        if (UnknownParameter(context, endpoint) is { } mistake)
        {
            return mistake;
        }

        // A refused body may be sent to its end, for a few seconds: a sender that is cut off while writing, as by the
        // server's own limit, never sees the reason.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        context.Request.Body = new LimitedBody(context.Request.Body, MaxBodyBytes);
        return context.Request.ContentLength > MaxBodyBytes ? TooLarge() : null;
    }

    private static ProblemHttpResult? UnknownParameter(HttpContext context, RouteEndpoint endpoint)
    {
        if (!context.Request.QueryString.HasValue)
        {
            return null;
        }

        var known = endpoint.Metadata.OfType<IParameterBindingMetadata>()
            .Where(parameter => parameter.ParameterInfo.ParameterType == typeof(string)
                && endpoint.RoutePattern.GetParameter(parameter.Name) is null
                && !parameter.ParameterInfo.GetCustomAttributes(false).OfType<IFromHeaderMetadata>().Any())
            .Select(parameter => parameter.Name)
            .ToList();
        if (
            context.Request.Query.Keys.FirstOrDefault(
                name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return Bad(
                $"{context.Request.Method} /{endpoint.RoutePattern.RawText?.Trim('/')} has no query parameter "
                    + $"{Shown.Quoted(unknown)}. "
                + Nearest.DidYouMeanOneOf(unknown, known, otherwise: "It reads none."));
        }

        return context.Request.Query.FirstOrDefault(parameter => parameter.Value.Count > 1) is { Key: { } repeated }
            ? Bad($"The query parameter {Shown.Quoted(repeated)} occurs {context.Request.Query[repeated].Count} times. "
                + "Send it once.")
            : null;
    }

    private static ProblemHttpResult ProblemOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => TooLarge(),
        StatusCodes.Status415UnsupportedMediaType => TypedResults.Problem(
            title: "The body is not JSON.", detail: "Send it with Content-Type: application/json.", statusCode: status),
        _ => TypedResults.Problem(
            title: "The request cannot be read.",
            detail: "Its body was truncated, or is not the JSON that this endpoint expects.",
            statusCode: status),
    };

    private static ProblemHttpResult TooLarge() => TypedResults.Problem(
        title: "The body is too large.",
        detail: string.Create(CultureInfo.InvariantCulture, $"The body is longer than {MaxBodyBytes} bytes."),
        statusCode: StatusCodes.Status413PayloadTooLarge);

    private static ProblemHttpResult Bad(string detail) =>
        TypedResults.Problem(
            title: "The query cannot be read.", detail: detail, statusCode: StatusCodes.Status400BadRequest);

    private sealed class Held;
}
