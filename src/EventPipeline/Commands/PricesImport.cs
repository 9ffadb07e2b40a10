using System.CommandLine;
using EventPipeline.Load;
using EventPipeline.Prices;

namespace EventPipeline.Commands;

/// <summary>Records what tokens cost by list, from a CSV file.</summary>
internal sealed class PricesImport(IWarehouse warehouse, InvocationConfiguration console, TimeProvider clock)
{
    private readonly PriceRegister _register = new(warehouse);

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, FileInfo file, Consent consent, CancellationToken cancellationToken)
    {
        var list = new PriceList(await VendorNames.ReadAsync(warehouse, dataset, cancellationToken), clock.Today());
        if (!await CsvList.TryTakeAsync(file, list, console.Error, cancellationToken))
        {
            return 1;
        }

        var recorded = await _register.ReadAsync(dataset, cancellationToken);
        var changes = list.Prices
            .Where(price => recorded.GetValueOrDefault((price.Tokens, price.From)) != price)
            .ToList();
        if (await RecordedChanges.AskAsync(
                console.Output,
                [
                    .. from price in changes
                       let before = recorded.GetValueOrDefault((price.Tokens, price.From))
                       select $"{price.Tokens} from {price.From.Text()} on: {Usd(price)}"
                           + (before is null ? "" : $", was {Usd(before)}"),
                ],
                [$"{list.Prices.Count} prices of {file.Name}, {changes.Count} changes."],
                consent,
                cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        await _register.AddAsync(dataset, changes, file.Name, clock.GetUtcNow(), cancellationToken);
        await console.Output.WriteLineAsync("Done. drift shows them from the next query on.");
        return 0;
    }

    private static string Usd(Price price) => price.UsdPerToken is { } usd
        ? $"{DecimalAsString.Text(usd * 1_000_000)} US dollars a million ({price.Source}, {price.SourceDate.Text()})"
        : $"no price ({price.Source}, {price.SourceDate.Text()})";
}
