using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.FanOut;

internal static class FanOutServiceCollectionExtensions
{
    /// <summary>Registers what turns a run into windows, and the catalogue of what a run can request.</summary>
    public static IServiceCollection AddFanOut(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<RunOptions>()
            .BindSection(RunOptions.Section)
            .Validate(options => options.GapDays is >= 0 and <= 90, "Runs__GapDays takes a whole number from 0 to 90.");
        return services
            .AddScoped<FanOutHandler>()
            .AddScoped<RunPlanning>()
            .AddScoped<RunEstimates>()
            .AddScoped<WindowPublisher>()
            .AddScoped<WaitingWindows>()
            .AddSingleton(CatalogueOf);
    }

    private static Catalogue CatalogueOf(IServiceProvider provider)
    {
        var accounts = provider.GetRequiredService<ConfiguredAccounts>();
        return new Catalogue(
        [
            .. provider.GetRequiredService<KnownVendors>().All.Select(vendor => new CatalogueVendor(
                vendor.Name,
                [.. vendor.Reports.Select(report => report.Name)],
                [.. accounts.For(vendor.Name).Select(account => account.Name)])),
        ]);
    }
}
