namespace EventPipeline.Google.Schema;

/// <summary>A change in place.</summary>
/// <param name="Done">The word for it, once it is made: <c>added column</c>.</param>
/// <param name="What">What is changed: <c>dataset.table.column</c>.</param>
/// <param name="Statement">The statement, whole, or up to its clauses.</param>
/// <param name="Clause">The part of the statement that makes this change, where one statement can make several.</param>
internal sealed record Upgrade(string Done, string What, string Statement, string? Clause = null)
{
    /// <summary>
    /// The fewest statements that make some changes, in their order. BigQuery takes five changes of a table in ten
    /// seconds, so that columns are added together: https://cloud.google.com/bigquery/quotas#standard_tables.
    /// </summary>
    public static IEnumerable<(string Sql, IReadOnlyList<Upgrade> Changes)> Statements(IEnumerable<Upgrade> upgrades) =>
        from upgrade in upgrades
        group upgrade by (upgrade.Done, upgrade.Statement) into step
        select (
            step.First().Clause is null
                ? step.Key.Statement
                : $"{step.Key.Statement}\n  {string.Join(",\n  ", step.Select(one => one.Clause))};",
            (IReadOnlyList<Upgrade>)[.. step]);
}
