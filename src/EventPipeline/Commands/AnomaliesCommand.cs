using System.CommandLine;
using EventPipeline.Anomalies;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// <c>anomalies</c>: what was found to be unusual after production runs. Exit codes: 0 done; 2 an argument or a setting
/// is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class AnomaliesCommand
{
    private static readonly string[] Columns =
        ["day", "kind", "vendor", "account", "report", "team", "value", "expected", "unit", "reason", "run_id"];

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var since = DayOption.Since(clock, "Default: 7d.");
        var kind = WordOption.Create(
            "--kind", $"Only one of {string.Join(", ", AnomalyKind.All)}.", "KIND", AnomalyKind.All);
        var anomalies = new Command("anomalies", "Shows what was found to be unusual, the oldest day first.")
        {
            WarehouseCommand.Dataset, since, kind,
        };
        OutputOptions.AddTo(anomalies);
        anomalies.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => WriteAsync(
                warehouse,
                dataset,
                arguments.GetValue(since) ?? clock.Today().AddDays(-7),
                arguments.GetValue(kind),
                OutputOptions.Read(arguments),
                arguments.InvocationConfiguration.Output,
                cancellationToken),
            cancellationToken));
        return anomalies;
    }

    private static async Task<int> WriteAsync(
        IWarehouse warehouse,
        string dataset,
        DateOnly from,
        string? kind,
        OutputFormat format,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("list_anomalies", ("from", from), ("kind", kind)), cancellationToken);
        if (format != OutputFormat.Table)
        {
            await RecordWriter.WriteAsync(output, format, Columns, rows.Select(Cells));
            return 0;
        }

        if (rows.Count == 0)
        {
            await output.WriteLineAsync(
                $"Nothing unusual was found{(kind is null ? "" : $" of the kind {kind}")} since {from.Text()}.");
            return 0;
        }

        await TextColumns.WriteAsync(
            output,
            [
                ["day", "kind", "what was found"],
                .. rows.Select(row => new[] { row.Date("usage_date").Text(), row.Text("kind"), row.Text("reason") }),
            ]);
        return 0;
    }

    private static string?[] Cells(Row row) =>
    [
        row.Date("usage_date").Text(),
        row.Text("kind"),
        row.TextOrNull("vendor"),
        row.TextOrNull("account"),
        row.TextOrNull("report"),
        row.TextOrNull("team"),
        DecimalAsString.TextOrNull(row.ExactOrNull("value")),
        DecimalAsString.TextOrNull(row.ExactOrNull("expected")),
        row.Text("unit"),
        row.Text("reason"),
        row.Text("run_id"),
    ];
}
