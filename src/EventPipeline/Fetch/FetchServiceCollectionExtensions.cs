using EventPipeline.Load;

namespace EventPipeline.Fetch;

internal static class FetchServiceCollectionExtensions
{
    /// <summary>Registers what reads a window and loads it.</summary>
    public static IServiceCollection AddFetch(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<FetchOptions>()
            .BindSection(FetchOptions.Section)
            .Validate(
                options => options.Concurrency is null or (>= 1 and <= 1_000),
                "Fetch__Concurrency takes a whole number from 1 to 1000.");
        return services
            .AddSingleton<Commits>()
            .AddSingleton<VendorSlots>()
            .AddSingleton<WindowsAtWork>()
            .AddScoped<LoadPlace>()
            .AddScoped<LoadCount>()
            .AddScoped<StepReader>()
            .AddScoped<WindowAttempt>()
            .AddScoped<RestPublisher>()
            .AddScoped<FetchHandler>()
            .AddScoped<SharedFetch>()
            .AddScoped<MessageRenewal>()
            .AddScoped<FetchGate>();
    }
}
