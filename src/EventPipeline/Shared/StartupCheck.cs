using Microsoft.Extensions.Options;

namespace EventPipeline.Shared;

/// <summary>
/// Collects what is wrong with any setting, so that all of it is reported at once, before anything listens.
/// </summary>
internal static class StartupCheck
{
    /// <param name="services">What was built with the settings.</param>
    /// <param name="mistakes">What was found wrong before.</param>
    /// <exception cref="ConfigurationMistakesException">With every mistake.</exception>
    public static void Run(IServiceProvider services, IReadOnlyList<string> mistakes)
    {
        List<string> all = [.. mistakes];
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException wrong)
        {
            all.AddRange(wrong.InnerExceptions.SelectMany(Mistakes));
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            all.AddRange(Mistakes(wrong));
        }

        if (all.Count > 0)
        {
            throw new ConfigurationMistakesException(all);
        }
    }

    /// <summary>
    /// What one section's check found; text that is not a number is a failed reading, not a failed check.
    /// </summary>
    private static IEnumerable<string> Mistakes(Exception wrong) => wrong is OptionsValidationException checks
        ? checks.Failures
        : [wrong.Message];
}
