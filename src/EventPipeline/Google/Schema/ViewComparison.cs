namespace EventPipeline.Google.Schema;

/// <summary>Compares an existing view with the expected one.</summary>
/// <param name="dataset">Where it is.</param>
/// <param name="expected">What is expected.</param>
/// <param name="live">What is there.</param>
/// <param name="shown">The columns that the view shows when it shows all of a table's; empty if it names its columns
/// itself.</param>
internal sealed class ViewComparison(
    DatasetName dataset, ViewDefinition expected, LiveTable? live, IReadOnlyList<string> shown)
{
    private readonly string _where = $"{dataset}.{expected.Name}";

    /// <summary>What differs.</summary>
    public IEnumerable<Difference> Compare()
    {
        if (live is null)
        {
            yield return new(_where, "is missing", "a view") { Upgrade = Replace("created view") };
        }
        else if (live.Type != "VIEW")
        {
            yield return new(
                _where,
                $"is a {live.Type}",
                "a VIEW") { ByHand = [Remedies.MakeRoom(dataset, expected.Name, live.Type)] };
        }
        else if (live.Query is null || !ViewText.AreSame(dataset, live.Query, dataset.Fill(expected.Query)))
        {
            yield return new(_where, "has another query", "the query that 'schema print' shows")
            {
                Upgrade = Replace("replaced view"),
            };
        }
        else if (Untold() is { Count: > 0 } untold)
        {
            yield return new(
                _where, $"was made before its table had {string.Join(", ", untold)}", "a view that lists them")
            {
                Upgrade = Replace("replaced view"),
            };
        }
    }

    // A view keeps the columns that its tables had when it was made: queries see new ones, listings of its columns do
    // not. https://cloud.google.com/bigquery/docs/views-intro#view_limitations
    private List<string> Untold() => live!.Definition.Columns.Count == 0
        ? []
        : [.. shown.Except(live.Definition.Columns.Select(column => column.Name), StringComparer.OrdinalIgnoreCase)];

    private Upgrade Replace(string done) => new(done, _where, dataset.Fill(expected.ToString()));
}
