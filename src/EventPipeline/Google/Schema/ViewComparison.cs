namespace EventPipeline.Google.Schema;

/// <summary>Compares an existing view with the expected one.</summary>
/// <param name="dataset">Where it is.</param>
/// <param name="expected">What is expected.</param>
/// <param name="live">What is there.</param>
internal sealed class ViewComparison(DatasetName dataset, ViewDefinition expected, LiveTable? live)
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
        else if (!IsDescribed(live.Definition))
        {
            yield return new(_where, "is described otherwise", "the descriptions that 'schema print' shows")
            {
                Upgrade = Replace("replaced view"),
            };
        }
    }

    private bool IsDescribed(TableDefinition found) =>
        found.Description == expected.Description
            && expected.Columns.All(column => found.Column(column.Name)?.Description == column.Description);

    private Upgrade Replace(string done) => new(done, _where, dataset.Fill(expected.ToString()));
}
