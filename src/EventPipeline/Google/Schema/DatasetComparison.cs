namespace EventPipeline.Google.Schema;

/// <summary>Compares an existing dataset with what is expected.</summary>
internal sealed class DatasetComparison(DatasetName dataset, ExpectedSchema expected, LiveDataset live)
{
    /// <summary>
    /// What differs: the dataset itself, its tables, then its views, each in the order in which it can be made.
    /// </summary>
    public IReadOnlyList<Difference> Compare(string location) =>
    [
        .. Compare(live.Location, location),
        .. expected.Tables.SelectMany(table => new TableComparison(dataset, table, live.Table(table.Name)).Compare()),
        .. expected.Views.SelectMany(view => new ViewComparison(dataset, view, live.Table(view.Name)).Compare()),
    ];

    private IEnumerable<Difference> Compare(string? found, string location)
    {
        if (found is null)
        {
            yield return new(dataset.Dataset, "is missing", $"a dataset in {location}")
            {
                Upgrade = new(
                    "created dataset",
                    dataset.Dataset,
                    $"CREATE SCHEMA IF NOT EXISTS {dataset.Sql} OPTIONS (location = '{location}');"),
            };
        }
        else if (!found.Equals(location, StringComparison.OrdinalIgnoreCase))
        {
            yield return new(dataset.Dataset, $"is in {found}", location)
            {
                Advice =
                    $"A dataset cannot move: set BigQuery__Location to {found}, or BIGQUERY_DATASET to another "
                        + "dataset.",
            };
        }
    }
}
