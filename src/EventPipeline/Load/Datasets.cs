using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EventPipeline.Load;

/// <summary>Where each mode's rows go.</summary>
public sealed class DatasetOptions
{
    /// <summary>
    /// The production dataset: letters, digits and underscores. Also read from <c>BIGQUERY_DATASET</c>.
    /// </summary>
    [Required(ErrorMessage =
        "BIGQUERY_DATASET is empty: use letters, digits and underscores, or unset it for ai_usage_analytics.")]
    [RegularExpression(
        "^[A-Za-z_][A-Za-z0-9_]{0,99}$", ErrorMessage = "BIGQUERY_DATASET takes letters, digits and underscores.")]
    public string Dataset { get; set; } = "ai_usage_analytics";

    /// <summary>The dataset of a mode. A dry run compares with production and keeps its run events there.</summary>
    public string For(RunMode mode) => mode == RunMode.Development ? $"{Dataset}_dev" : Dataset;

    /// <summary>Every dataset, production first.</summary>
    public IReadOnlyList<string> All => [Dataset, $"{Dataset}_dev"];
}

[OptionsValidator]
internal sealed partial class DatasetOptionsValidator : IValidateOptions<DatasetOptions>;

internal static class DatasetServiceCollectionExtensions
{
    /// <summary>Registers <see cref="DatasetOptions"/>, validated at start.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<DatasetOptions, DatasetOptionsValidator>()
            .Configure<IConfiguration>(
                (options, configuration) => options.Dataset = configuration["BIGQUERY_DATASET"] ?? options.Dataset);
        return services;
    }
}
