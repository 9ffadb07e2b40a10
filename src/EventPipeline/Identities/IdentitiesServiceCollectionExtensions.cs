namespace EventPipeline.Identities;

internal static class IdentitiesServiceCollectionExtensions
{
    /// <summary>Registers what finds out, and remembers, who each account is.</summary>
    public static IServiceCollection AddIdentities(this IServiceCollection services) => services
        .AddSingleton<AccountRegister>()
        .AddSingleton<AccountKeys>()
        .AddSingleton<AccountIdentities>();
}
