using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace EventPipeline.Shared;

/// <summary>
/// Who may call what, by name; the host says what the names mean. An endpoint that names none is the operators', so that nothing is open because
/// somebody forgot to close it.
/// </summary>
internal static class Access
{
    /// <summary>Whoever delivers events, and nobody else.</summary>
    public const string Push = "push";

    /// <summary>The people and programs that run the service.</summary>
    public const string Operators = "operators";

    /// <summary>Operators, and whatever collects metrics beside the service.</summary>
    public const string Metrics = "metrics";

    /// <summary>Probes, and people who are lost. Credentials are not even looked at.</summary>
    public const string Everyone = "everyone";

    /// <summary>Says who the callers are. Every host calls it once.</summary>
    public static IServiceCollection AddAccess(
        this IServiceCollection services,
        Action<AuthorizationPolicyBuilder> push,
        Action<AuthorizationPolicyBuilder> operators,
        Action<AuthorizationPolicyBuilder> metrics)
    {
        services.AddAuthorizationBuilder()
            .AddPolicy(Push, push)
            .AddPolicy(Operators, operators)
            .AddPolicy(Metrics, metrics)
            .AddPolicy(Everyone, policy => policy.RequireAssertion(_ => true))
            .AddFallbackPolicy(nameof(Access), operators);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>();
        return services;
    }

    /// <summary>Checks every request before anything of its body is read.</summary>
    /// <exception cref="InvalidOperationException">The host did not say who may call.</exception>
    public static WebApplication UseAccess(this WebApplication app)
    {
        if (app.Services.GetService<IOptions<AuthorizationOptions>>()?.Value.FallbackPolicy is null)
        {
            throw new InvalidOperationException(
                "Nobody said who may call: the host must register its callers with AddGoogle, AddLoopbackAccess or AddAccess of its own.");
        }

        app.UseAuthorization();
        return app;
    }
}
