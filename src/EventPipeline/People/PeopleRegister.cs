using EventPipeline.Load;

namespace EventPipeline.People;

/// <summary>The table <c>person_history</c>: who owns what, since when. Rows are only added.</summary>
internal sealed class PeopleRegister(IWarehouse warehouse)
{
    /// <summary>What is recorded: of each id and first day the newest record.</summary>
    public async Task<IReadOnlyList<Ownership>> ReadAsync(string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("people"), cancellationToken);
        return
        [
            .. rows.Select(row => new Ownership(
                new OwnedId(row.TextOrNull("vendor"), row.Text("kind"), row.Text("id")),
                row.Date("valid_from"),
                new Owner(
                    row.TextOrNull("person"),
                    row.TextOrNull("name"),
                    row.TextOrNull("team"),
                    row.TextOrNull("cost_center"),
                    row.TextOrNull("manager")))),
        ];
    }

    /// <summary>
    /// Adds records. Cut off, it has added some of them, and importing the same list again adds the others.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="records">What to add.</param>
    /// <param name="source">Where it came from, e.g. a file's name.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task AddAsync(
        string dataset,
        IReadOnlyList<Ownership> records,
        string source,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        RecordedList.AddAsync(
            warehouse,
            dataset,
            "person",
            [.. records.Select(record => (record.ToString(), Row(record, source)))],
            at,
            cancellationToken);

    private static Dictionary<string, object?> Row(Ownership record, string source) => new()
    {
        ["vendor"] = record.Id.Vendor,
        ["kind"] = record.Id.Kind,
        ["id"] = record.Id.Id,
        ["valid_from"] = record.From,
        ["person"] = record.Owner.Person,
        ["name"] = record.Owner.Name,
        ["team"] = record.Owner.Team,
        ["cost_center"] = record.Owner.CostCenter,
        ["manager"] = record.Owner.Manager,
        ["source"] = source,
    };
}
