using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace EventPipeline.Hosting;

/// <summary>
/// Holds requests to what their endpoint reads: a query parameter that nobody reads is refused by name, a body over the limit is 413, and a body that
/// cannot be read is the caller's mistake. Endpoints that events come to have rules of their own, because there a dead letter is the answer.
/// </summary>
internal static class RequestRules
{
    /// <summary>Larger than anything people ask; also where nothing is read of a body.</summary>
    public const long MaxBodyBytes = 1024 * 1024;

    /// <summary>Puts endpoints under the rules.</summary>
    public static TBuilder HoldToWhatIsRead<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new Held());

    /// <summary>Checks every request to such an endpoint, and tells of every other's body that cannot be read.</summary>
    public static WebApplication UseRequestRules(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            var answer = context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<Held>() is not null
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

            // Where a body is bound to a parameter, some failures of reading it end here, without a word.
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

        // What is refused may be sent to its end, for some seconds: a sender that is cut off while it writes, as the server's own limit does, does not see why.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        context.Request.Body = new LimitedBody(context.Request.Body, MaxBodyBytes);
        return context.Request.ContentLength > MaxBodyBytes ? TooLarge() : null;
    }

    private static ProblemHttpResult? UnknownParameter(HttpContext context, RouteEndpoint endpoint)
    {
        var known = endpoint.Metadata.OfType<IParameterBindingMetadata>()
            .Where(parameter => parameter.ParameterInfo.ParameterType == typeof(string)
                && endpoint.RoutePattern.GetParameter(parameter.Name) is null
                && !parameter.ParameterInfo.GetCustomAttributes(false).OfType<IFromHeaderMetadata>().Any())
            .Select(parameter => parameter.Name)
            .ToList();
        if (context.Request.Query.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return Bad(
                $"{context.Request.Method} {endpoint.RoutePattern.RawText} has no query parameter {Shown.Quoted(unknown)}. "
                + Nearest.DidYouMeanOneOf(unknown, known, otherwise: "It reads none."));
        }

        return context.Request.Query.FirstOrDefault(parameter => parameter.Value.Count > 1) is { Key: { } repeated }
            ? Bad($"The query parameter {Shown.Quoted(repeated)} comes {context.Request.Query[repeated].Count} times. Send it once.")
            : null;
    }

    private static ProblemHttpResult ProblemOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => TooLarge(),
        StatusCodes.Status415UnsupportedMediaType => TypedResults.Problem(
            title: "The body is not JSON.", detail: "Send it with Content-Type: application/json.", statusCode: status),
        _ => TypedResults.Problem(
            title: "The request cannot be read.", detail: "Its body is not the JSON that this endpoint takes, or did not arrive whole.", statusCode: status),
    };

    private static ProblemHttpResult TooLarge() => TypedResults.Problem(
        title: "The body is too large.",
        detail: string.Create(CultureInfo.InvariantCulture, $"The body is longer than {MaxBodyBytes} bytes."),
        statusCode: StatusCodes.Status413PayloadTooLarge);

    private static ProblemHttpResult Bad(string detail) =>
        TypedResults.Problem(title: "The query cannot be read.", detail: detail, statusCode: StatusCodes.Status400BadRequest);

    private sealed class Held;
}
