using System.CommandLine;
using EventPipeline.Commands;

namespace EventPipeline.Hosting;

/// <summary>The command line: the service by default, and the operators' commands.</summary>
internal static class OperatorCommands
{
    private const string Serve = "serve";

    /// <summary>Whether arguments start the service.</summary>
    public static bool IsServe(ParseResult command) =>
        command.CommandResult.Command is RootCommand or { Name: Serve };

    public static RootCommand Create()
    {
        var root = new RootCommand("AI usage and spend in BigQuery every morning, exactly once.");
        var serve = new Command(
            Serve, "Receives pushes and answers people and probes. This is the default command.");
        serve.SetAction((_, cancellationToken) => ServeCommand.ExecuteAsync(cancellationToken));
        root.Subcommands.Add(serve);
        root.Subcommands.Add(StatusCommand.Create(RemoteService.OpenAsync));
        root.Subcommands.Add(RunsCommand.Create(RemoteService.OpenAsync, TimeProvider.System));
        root.Subcommands.Add(BackfillCommand.Create(RemoteService.OpenAsync, TimeProvider.System));
        root.Subcommands.Add(DeadLettersCommand.Create(RemoteService.OpenAsync, TimeProvider.System));
        root.Subcommands.Add(SlicesCommand.Create(RemoteService.OpenAsync));
        root.Subcommands.Add(SchemaCommand.Create());
        root.Subcommands.Add(AccountsCommand.Create(WarehouseCommand.OpenBigQuery));
        root.Subcommands.Add(VendorsCommand.Create(VendorsCommand.OpenConfigured));
        root.Subcommands.Add(CompactCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(ReportCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(FocusCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(
            PeopleCommand.Create(
                WarehouseCommand.OpenBigQuery, VendorsCommand.OpenConfigured, TimeProvider.System));
        root.Subcommands.Add(
            ReconcileCommand.Create(WarehouseCommand.OpenBigQuery, VendorsCommand.OpenConfigured));
        root.Subcommands.Add(PricesCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(DriftCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(BudgetsCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(ForecastCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(AnomaliesCommand.Create(WarehouseCommand.OpenBigQuery, TimeProvider.System));
        root.Subcommands.Add(ProbeCommand.Create());
        root.SetAction((_, cancellationToken) => ServeCommand.ExecuteAsync(cancellationToken));
        return root;
    }
}
