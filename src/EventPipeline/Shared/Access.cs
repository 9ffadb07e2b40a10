using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace EventPipeline.Shared;

/// <summary>
/// Who may call what, by name; the host says what the names mean. An endpoint that names none is for operators only, so
/// that nothing is left open by accident.
/// </summary>
internal static class Access
{
    /// <summary>The sender of events, and no one else.</summary>
    public const string Push = "push";

    /// <summary>The people and programs that run the service.</summary>
    public const string Operators = "operators";

    /// <summary>Operators, and whatever collects metrics beside the service.</summary>
    public const string Metrics = "metrics";

    /// <summary>Everyone: probes, and requests for unknown paths. Credentials are not checked.</summary>
    public const string Everyone = "everyone";

    /// <summary>Registers who the callers are. Every host calls it once.</summary>
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
    /// <exception cref="InvalidOperationException">The host registered no callers.</exception>
    public static WebApplication UseAccess(this WebApplication app)
    {
        if (app.Services.GetService<IOptions<AuthorizationOptions>>()?.Value.FallbackPolicy is null)
        {
            throw new InvalidOperationException(
                "No callers are registered: the host must call AddGoogle, AddLoopbackAccess or AddAccess.");
        }

        app.UseAuthorization();
        return app;
    }
}
