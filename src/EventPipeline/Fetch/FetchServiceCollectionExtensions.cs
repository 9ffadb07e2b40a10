using EventPipeline.Load;

namespace EventPipeline.Fetch;

internal static class FetchServiceCollectionExtensions
{
    /// <summary>Registers what reads a window and loads it.</summary>
    public static IServiceCollection AddFetch(this IServiceCollection services) => services
        .AddSingleton<Commits>()
        .AddScoped<LoadPlace>()
        .AddSingleton<WindowsAtWork>()
        .AddScoped<LoadCount>()
        .AddScoped<StepReader>()
        .AddScoped<WindowAttempt>()
        .AddScoped<RestPublisher>()
        .AddScoped<FetchHandler>()
        .AddScoped<SharedFetch>();
}
