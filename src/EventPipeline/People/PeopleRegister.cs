using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Load;

namespace EventPipeline.People;

/// <summary>The table <c>person_history</c>: who owns what, since when. Rows are only added.</summary>
internal sealed class PeopleRegister(IWarehouse warehouse)
{
    private const int MaxRowsPerInsert = 400;

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

    /// <summary>The vendors of which anything was loaded.</summary>
    public async Task<IReadOnlyList<string>> VendorsAsync(string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("known_vendors"), cancellationToken);
        return [.. rows.Select(row => row.Text("vendor"))];
    }

    /// <summary>
    /// Adds records. Cut off, it has added some of them, and importing the same list again adds the others.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="records">What to add.</param>
    /// <param name="source">Where it came from, e.g. a file's name.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task AddAsync(
        string dataset,
        IReadOnlyList<Ownership> records,
        string source,
        DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var content = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', records)));
        var changeId = string.Create(
            CultureInfo.InvariantCulture,
            $"{at:yyyyMMddHHmmssfff}-{Convert.ToHexStringLower(content)[..12]}");
        foreach (var some in records.Index().Chunk(MaxRowsPerInsert))
        {
            var rows = some.Select(record => Row(record.Item, source, changeId)).ToList();
            await warehouse.ExecuteAsync(
                dataset,
                $"people_{changeId}_{some[0].Index}",
                Statement.Insert("insert_person_history", rows),
                cancellationToken);
        }
    }

    private static Dictionary<string, object?> Row(Ownership record, string source, string changeId) => new()
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
        ["change_id"] = changeId,
    };
}
