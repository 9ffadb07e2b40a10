using System.CommandLine;
using System.Globalization;
using EventPipeline.Commands;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;

namespace EventPipeline.Local.Cli;

/// <summary>The command line: <c>run</c> (the default), <c>serve</c>, <c>query</c>, <c>simulate</c>.</summary>
internal static class LocalCommands
{
    /// <summary>The command that stays up.</summary>
    public const string ServeName = "serve";

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The data folder. Default: data/simulated, or data/configured if accounts are configured.",
        HelpName = "FOLDER",
        Recursive = true,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "The simulator's seed.",
        HelpName = "N",
        Recursive = true,
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<DateTimeOffset?> Now = new("--now")
    {
        Description =
            "Moves the trigger's event time and the simulator to this time, e.g. 2026-11-23T06:00:00Z. The service's "
                + "own clock never moves.",
        HelpName = "TIMESTAMP",
        Recursive = true,
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (
                DateTimeOffset.TryParse(
                    text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var time)
                && time.Year is >= 2000 and < 2100)
            {
                return time;
            }

            result.AddError($"--now is '{text}'; give a UTC time between 2000 and 2100 such as 2026-11-23T06:00:00Z.");
            return null;
        },
    };

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "A company's AI usage and spend, loaded every morning, exactly once: the service on one machine.");
        root.Options.Add(Data);
        root.Options.Add(Seed);
        root.Options.Add(Now);
        AddRun(root);
        root.Subcommands.Add(AddRun(new Command(
            "run", "Triggers one run, as Cloud Scheduler would, and waits for it to end. The default.")));
        root.Subcommands.Add(Serve());
        root.Subcommands.Add(StatusCommand.Create(OpenServiceAsync));
        root.Subcommands.Add(RunsCommand.Create(OpenServiceAsync, TimeProvider.System));
        root.Subcommands.Add(BackfillCommand.Create(OpenServiceAtWorkAsync, TimeProvider.System));
        root.Subcommands.Add(DeadLettersCommand.Create(OpenServiceAsync, TimeProvider.System));
        root.Subcommands.Add(SlicesCommand.Create(OpenServiceAsync));
        root.Subcommands.Add(Query());
        root.Subcommands.Add(Simulate());
        root.Subcommands.Add(AccountsCommand.Create(OpenAsync));
        root.Subcommands.Add(VendorsCommand.Create(OpenVendorsAsync));
        root.Subcommands.Add(CompactCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(ReportCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(FocusCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(PeopleCommand.Create(OpenAsync, LocalVendors.OpenSettings, TimeProvider.System));
        root.Subcommands.Add(PricesCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(DriftCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(BudgetsCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(ForecastCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(AnomaliesCommand.Create(OpenAsync, TimeProvider.System));
        root.Subcommands.Add(ReconcileCommand.Create(OpenAsync, OpenVendorsAsync));
        return root;

        static Task<OpenedVendors> OpenVendorsAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            LocalVendors.OpenAsync(SettingsOf(parsed), cancellationToken);

        static Task<OpenedService> OpenServiceAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            IsRemote(parsed)
                ? RemoteService.OpenAsync(parsed, cancellationToken)
                : FolderService.OpenAsync(SettingsOf(parsed), cancellationToken);

        static Task<OpenedService> OpenServiceAtWorkAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            IsRemote(parsed)
                ? RemoteService.OpenAsync(parsed, cancellationToken)
                : FolderService.OpenAtWorkAsync(
                    SettingsOf(parsed), delivers: !parsed.GetValue(Consent.DryRun), cancellationToken);

        static bool IsRemote(ParseResult parsed) =>
            RemoteService.IsNamed(parsed) && parsed.GetResult(Data) is null or { Implicit: true };

        static Task<OpenedWarehouse> OpenAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            WarehouseFile.OpenAsync(SettingsOf(parsed));
    }

    private static T AddRun<T>(T command)
        where T : Command
    {
        RunRequestOptions.AddTo(command, RunRequestOptions.Days, RunRequestOptions.Mode, OutputOptions.Document);
        command.SetAction((parsed, cancellationToken) => RunCommand.ExecuteAsync(
            SettingsOf(parsed),
            RunRequestOptions.ReadBody(parsed),
            parsed.GetValue(OutputOptions.Document),
            cancellationToken));
        return command;
    }

    private static Command Serve()
    {
        var port = Port("The port on 127.0.0.1; 0 for any free one. Default: PORT, else 8080.");
        var command = new Command(ServeName, "Stays up, and starts a run on request: POST /run-daily-job.") { port };
        command.SetAction((parsed, cancellationToken) =>
            LocalServeCommand.ExecuteAsync(SettingsOf(parsed), parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static Command Query()
    {
        var sql = new Argument<string>("SELECT")
        {
            Description = "A query over the views usage, cost, activity, entity, daily_cost, focus …",
        };
        var command = new Command("query", "Queries the data, through the running service if there is one.") { sql };
        OutputOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) => QueryCommand.ExecuteAsync(
            SettingsOf(parsed),
            parsed.GetValue(sql)!,
            OutputOptions.Read(parsed),
            cancellationToken));
        return command;
    }

    private static Command Simulate()
    {
        var port = Port("The port on 127.0.0.1; 0 for any free one. Default: 8081.");
        var command = new Command("simulate", "Serves only the simulated vendors.") { port };
        command.SetAction(
            (parsed, cancellationToken) =>
                SimulateCommand.ExecuteAsync(SettingsOf(parsed), parsed.GetValue(port) ?? 8081, cancellationToken));
        return command;
    }

    private static Option<int?> Port(string description)
    {
        var port = new Option<int?>("--port") { Description = description, HelpName = "PORT" };
        port.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                    && !(
                        int.TryParse(
                            result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                            && number <= 65535))
            {
                result.AddError($"--port is '{result.Tokens[0].Value}'; give a number from 0 to 65535.");
            }
        });
        return port;
    }

    private static LocalSettings SettingsOf(ParseResult parsed) =>
        new(parsed.GetValue(Data), parsed.GetValue(Seed), parsed.GetValue(Now));
}
