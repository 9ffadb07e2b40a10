using System.Security.Claims;

namespace EventPipeline.Status;

/// <summary>Who asks.</summary>
internal static class Caller
{
    /// <summary>The e-mail address of an operator; on one machine nobody has to say who he is.</summary>
    public static string NameOf(HttpContext context) =>
        context.User.FindFirstValue(ClaimTypes.Email) ?? "a person at this machine";
}
