using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EventPipeline.Shared;

/// <summary>
/// Refuses a caller without giving the reason: 401 if a token is required, 403 if it is someone else's or no token
/// would help.
/// </summary>
internal sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        var answer = authorizeResult.Challenged && policy.AuthenticationSchemes.Count > 0
            ? Unknown(context)
            : TypedResults.Problem(
                title: "You are not allowed to do this.",
                detail: "The service does not accept this request from you.",
                statusCode: StatusCodes.Status403Forbidden);
        await answer.ExecuteAsync(context);
    }

    private static ProblemHttpResult Unknown(HttpContext context)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return TypedResults.Problem(
            title: "A valid token is needed.",
            detail: "Send one token, as Authorization: Bearer, that was issued for this service and has not expired.",
            statusCode: StatusCodes.Status401Unauthorized);
    }
}
