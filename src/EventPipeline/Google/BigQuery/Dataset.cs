namespace EventPipeline.Google.BigQuery;

/// <summary>
/// https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets, as far as it is used; names as in the API.
/// </summary>
/// <param name="Location">Where its data is: <c>US</c>, <c>europe-west3</c>.</param>
internal sealed record Dataset(string? Location);
