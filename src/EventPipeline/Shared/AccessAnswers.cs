using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EventPipeline.Shared;

/// <summary>Tells a caller that it may not, and nothing about why: 401 where a token is asked for, 403 where it is somebody else's or none would help.</summary>
internal sealed class AccessAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        var answer = authorizeResult.Challenged && policy.AuthenticationSchemes.Count > 0
            ? Unknown(context)
            : TypedResults.Problem(
                title: "This caller may not do this.", detail: "The service does not take this request from you.", statusCode: StatusCodes.Status403Forbidden);
        await answer.ExecuteAsync(context);
    }

    private static ProblemHttpResult Unknown(HttpContext context)
    {
        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        return TypedResults.Problem(
            title: "A valid token is needed.",
            detail: "Send one token, as Authorization: Bearer, that is made for this service and has not expired.",
            statusCode: StatusCodes.Status401Unauthorized);
    }
}
