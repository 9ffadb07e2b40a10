namespace EventPipeline.Identities;

internal static class IdentitiesServiceCollectionExtensions
{
    /// <summary>Registers what determines and remembers who each account is.</summary>
    public static IServiceCollection AddIdentities(this IServiceCollection services) => services
        .AddSingleton<AccountRegister>()
        .AddSingleton<AccountKeys>()
        .AddSingleton<AccountIdentities>();
}
