using System.CommandLine;
using EventPipeline.Load;
using EventPipeline.People;

namespace EventPipeline.Commands;

/// <summary>
/// Writes a list of who probably owns what belongs to nobody yet, as CSV that <c>people import</c> reads; nothing is
/// recorded.
/// </summary>
internal sealed class PeopleSuggest(IWarehouse warehouse, InvocationConfiguration console, TimeProvider clock)
{
    /// <summary>Writes the list to standard output, and how long it is to standard error.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(string dataset, CancellationToken cancellationToken)
    {
        var recorded = await new PeopleRegister(warehouse).ReadAsync(dataset, cancellationToken);
        var names = await warehouse.QueryAsync(dataset, Statement.Create("names"), cancellationToken);
        var suggestions = PeopleSuggestions.Create(
            [
                .. names.Select(row => new ListedName(
                    row.Text("vendor"),
                    row.Text("kind"),
                    row.Text("id"),
                    row.TextOrNull("name"),
                    row.TextOrNull("email"),
                    row.TextOrNull("details"))),
            ],
            recorded,
            clock.Today()).ToList();
        if (suggestions.Count > 0)
        {
            await RecordWriter.WriteAsync(
                console.Output,
                OutputFormat.Csv,
                [.. PeopleList.Columns.Split(','), PeopleList.Reason],
                suggestions.Select(Cells));
        }

        await console.Error.WriteLineAsync(suggestions.Count == 0
            ? "Nothing to suggest: no user's e-mail address and no key that is not owned names a person."
            : $"{suggestions.Count} suggestions. Read them, add teams, and import what is right: people import FILE");
        return 0;
    }

    private static string?[] Cells(PeopleSuggestion suggestion)
    {
        var (id, owner, why) = suggestion;
        return
        [
            id.Vendor, id.Kind, id.Id, owner.Person, owner.Name, owner.Team, owner.CostCenter, owner.Manager,
            null, null, why,
        ];
    }
}
