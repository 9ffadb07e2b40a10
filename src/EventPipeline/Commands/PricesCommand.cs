using System.CommandLine;
using EventPipeline.Prices;

namespace EventPipeline.Commands;

/// <summary>
/// <c>prices import</c>: records what tokens cost by list. Exit codes: 0 done; 1 refused or not confirmed, with the
/// reason; 2 an argument or a setting is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class PricesCommand
{
    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = $"A CSV file with the columns {PriceList.Columns}. US dollars for a million tokens; an empty "
                + "amount says that no price is known from then on, an empty tier is standard.",
        };
        var import = new Command(
            "import", "Records list prices, each with the day from which on it is true and where and when it was read.")
        {
            file, Consent.DryRun, Consent.Yes,
        };
        import.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new PricesImport(warehouse, arguments.InvocationConfiguration, clock).ExecuteAsync(
                dataset, arguments.GetRequiredValue(file), Consent.Read(arguments), cancellationToken),
            cancellationToken));
        return new Command("prices", "What tokens cost by list.") { WarehouseCommand.Dataset, import };
    }
}
