using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.Load;
using EventPipeline.People;

namespace EventPipeline.Commands;

/// <summary>Records who owns what, from a CSV file or a table.</summary>
internal sealed partial class PeopleImport(
    IWarehouse warehouse, InvocationConfiguration console, TimeProvider clock, EmailHash? emails)
{
    private readonly PeopleRegister _register = new(warehouse);

    /// <summary>
    /// Whether a text names a table: nothing but letters, digits, dashes and underscores between dots.
    /// </summary>
    public static bool IsTable(string text) => Table().IsMatch(text);

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset,
        FileInfo? file,
        string? table,
        DateOnly day,
        bool endMissing,
        Consent consent,
        CancellationToken cancellationToken)
    {
        if (emails is null && await EmailsAreHashedAsync(dataset, cancellationToken))
        {
            await console.Error.WriteLineAsync(
                $"Nothing was imported: the e-mail addresses in {dataset} are hashed. Set Vendors__EmailKey here as "
                + "the service has it, so that those of the list are hashed with the same key.");
            return 1;
        }

        var list = new PeopleList(await VendorNames.ReadAsync(warehouse, dataset, cancellationToken), emails);
        var source = file?.Name ?? table!;
        if (file is null)
        {
            await ReadAsync(dataset, table!, list, cancellationToken);
        }
        else if (!await CsvList.TryReadAsync(file, list, console.Error, cancellationToken))
        {
            return 1;
        }

        var changes = PeopleChanges.Create(
            list.Lines, await _register.ReadAsync(dataset, cancellationToken), day, endMissing);
        if (list.Mistakes.Concat(changes.Mistakes).ToList() is { Count: > 0 } mistakes)
        {
            await CsvList.RefuseAsync(console.Error, source, mistakes);
            return 1;
        }

        if (await RecordedChanges.AskAsync(
                console.Output,
                [
                    .. from change in changes.Changes
                       let now = change.Now
                       let since = now.From == Ownership.Always ? "" : $" from {now.From.Text()} on"
                       select $"{now.Id}: {now.Owner}{since}"
                           + (change.Before.IsNobody ? "" : $", was {change.Before}"),
                ],
                Last(changes, source, list.Lines.Count, endMissing),
                consent,
                cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        await _register.AddAsync(
            dataset,
            [.. changes.Changes.Select(change => change.Now)],
            source,
            clock.GetUtcNow(),
            cancellationToken);
        await console.Output.WriteLineAsync("Done. attributed_cost shows it from the next query on.");
        return 0;
    }

    private static IEnumerable<string> Last(PeopleChanges changes, string source, int lines, bool endMissing)
    {
        if (!endMissing && changes.Missing.Count > 0)
        {
            yield return $"{changes.Missing.Count} that are owned are not in {source} and stay as they are "
                + "(--end-missing ends them).";
        }

        yield return $"{lines} lines of {source}, {changes.Changes.Count} changes.";
    }

    private async Task<bool> EmailsAreHashedAsync(string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("hashed_slices", ("from", clock.Today().AddDays(-90))), cancellationToken);
        return rows[0].GetInt64("slices") > 0;
    }

    private async Task ReadAsync(string dataset, string table, PeopleList list, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset,
            new Statement("people_table", $"SELECT * FROM {table}", new Dictionary<string, object?>()),
            cancellationToken);
        if (rows.Count == 0 || !list.TryReadColumns([.. rows[0].Values.Keys]))
        {
            return;
        }

        foreach (var (index, row) in rows.Index())
        {
            var cells = new Dictionary<string, object?>(row.Values, StringComparer.OrdinalIgnoreCase);
            list.Read(index + 1, column => cells.GetValueOrDefault(column) switch
            {
                null => null,
                DateOnly day => day.Text(),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            });
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){1,2}\z")]
    private static partial Regex Table();
}
