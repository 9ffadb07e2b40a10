using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.BigQuery;

/// <summary>Where BigQuery is, who pays, and how much one query may read.</summary>
public sealed class BigQueryOptions
{
    public const string Section = "BigQuery";

    /// <summary>
    /// BigQuery's REST API, without the version. <c>BIGQUERY_EMULATOR_HOST</c>, <c>host:port</c>, points it at an
    /// emulator.
    /// </summary>
    [
        Required(
            ErrorMessage =
                "BigQuery__BaseAddress or BIGQUERY_EMULATOR_HOST is not an address: the first takes "
                    + "https://bigquery.googleapis.com/, "
        + "the second host:port, such as 127.0.0.1:9050.")]
    public Uri BaseAddress { get; set; } = new("https://bigquery.googleapis.com/");

    /// <summary>The project of the datasets, which also pays. Also read from <c>GOOGLE_CLOUD_PROJECT</c>.</summary>
    [Required(ErrorMessage = "BigQuery__ProjectId is empty: set GOOGLE_CLOUD_PROJECT, "
        + "or BigQuery__ProjectId if the datasets are in another project.")]
    [RegularExpression(
        "^[A-Za-z0-9][A-Za-z0-9.:-]*$",
        ErrorMessage = "BigQuery__ProjectId (or GOOGLE_CLOUD_PROJECT) takes a project's id, such as my-project.")]
    public string ProjectId { get; set; } = "";

    /// <summary>Where the datasets are: a region or multi-region. Every job specifies it.</summary>
    [Required(
        ErrorMessage = "BigQuery__Location is empty: it takes the datasets' location, such as US or europe-west3.")]
    [RegularExpression(
        "^[A-Za-z0-9-]+$",
        ErrorMessage = "BigQuery__Location takes the datasets' location, such as US or europe-west3.")]
    public string Location { get; set; } = "US";

    /// <summary>
    /// The most that one query may bill, bytes; a query that would read more fails and costs nothing.
    /// </summary>
    public long MaximumBytesBilled { get; set; } = 100L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many load jobs one table takes in a day, failed ones included
    /// (https://cloud.google.com/bigquery/quotas#load_jobs). Lower it where something else loads into the tables.
    /// </summary>
    public int MaxLoadJobsPerDay { get; set; } = 1_500;
}

[OptionsValidator]
internal sealed partial class BigQueryOptionsValidator : IValidateOptions<BigQueryOptions>;

/// <summary>The rules that an attribute cannot express.</summary>
internal sealed class BigQueryOptionsRules : IValidateOptions<BigQueryOptions>
{
    public ValidateOptionsResult Validate(string? name, BigQueryOptions options)
    {
        var errors = new List<string>();
        if (options.BaseAddress is { } address
            && !(
                address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)))
        {
            errors.Add(
                $"BigQuery__BaseAddress is '{address}': it takes an address such as https://bigquery.googleapis.com/ "
                + "(BIGQUERY_EMULATOR_HOST takes host:port, such as 127.0.0.1:9050).");
        }

        if (options.MaxLoadJobsPerDay is < 1 or > 1_500)
        {
            errors.Add("BigQuery__MaxLoadJobsPerDay takes a whole number from 1 to 1500.");
        }

        if (options.MaximumBytesBilled < 1)
        {
            errors.Add("BigQuery__MaximumBytesBilled takes a whole number of bytes, such as 107374182400 (100 GiB).");
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
