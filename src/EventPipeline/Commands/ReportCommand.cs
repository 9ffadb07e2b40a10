using System.CommandLine;
using System.CommandLine.Parsing;

namespace EventPipeline.Commands;

/// <summary>
/// <c>report [daily|weekly|monthly]</c>: what was billed, per period and by one thing. Exit codes: 0 done; 2 an
/// argument or a setting is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class ReportCommand
{
    private static readonly string[] Things = ["vendor", "account", "model", "person", "team", "key", "workspace"];

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var period = new Argument<SpendPeriod>("PERIOD")
        {
            Description = "daily (the default), weekly (from Monday on) or monthly.",
            DefaultValueFactory = _ => SpendPeriod.Daily,
            CustomParser = ReadPeriod,
        };
        var by = new Option<string>("--by")
        {
            Description = $"{string.Join(", ", Things)}: what each amount is of.",
            HelpName = "THING",
            DefaultValueFactory = _ => Things[0],
            Validators = { result => WordOption.Check(result, Things) },
        };
        var since = DayOption.Since(
            clock, "Default: 7d, 4w or 3m; the period in which it begins is whole.");
        var report = new Command("report", "Shows what was billed, per day, week or month.")
        {
            period, WarehouseCommand.Dataset, by, since,
        };
        OutputOptions.AddTo(report);
        report.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new SpendReport(warehouse, arguments.InvocationConfiguration.Output, clock)
                .ExecuteAsync(
                    dataset,
                    arguments.GetValue(period),
                    arguments.GetValue(by)!,
                    arguments.GetValue(since),
                    OutputOptions.Read(arguments),
                    cancellationToken),
            cancellationToken));
        return report;
    }

    private static SpendPeriod ReadPeriod(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (Enum.GetNames<SpendPeriod>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<SpendPeriod>(text, ignoreCase: true);
        }

        argument.AddError($"'{Shown.Plain(text, 80)}' is not a period: daily, weekly or monthly.");
        return SpendPeriod.Daily;
    }
}
