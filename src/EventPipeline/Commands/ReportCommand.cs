using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>
/// <c>report [daily|weekly|monthly]</c>: what was billed, per period and by one thing. Exit codes: 0 done; 2 an
/// argument or a setting is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class ReportCommand
{
    private static readonly string[] Things = ["vendor", "model", "person", "team", "key", "workspace"];

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
            Validators = { CheckThing },
        };
        var since = new Option<string?>("--since")
        {
            Description = "How far back: days (7d), weeks (4w) or months (3m) until yesterday, or the first day. "
                + "Default: 7d, 4w or 3m; the period in which it begins is whole.",
            HelpName = "7d",
            Validators = { Since.Check },
        };
        var json = new Option<bool>("--json") { Description = "A JSON array of objects; amounts are strings." };
        var csv = new Option<bool>("--csv") { Description = "CSV (RFC 4180)." };
        var report = new Command("report", "Shows what was billed, per day, week or month.")
        {
            period, WarehouseCommand.Dataset, by, since, json, csv,
        };
        report.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(csv))
            {
                result.AddError("Give --json or --csv, not both.");
            }
        });
        report.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new SpendReport(warehouse, arguments.InvocationConfiguration.Output, clock)
                .ExecuteAsync(
                    dataset,
                    arguments.GetValue(period),
                    arguments.GetValue(by)!,
                    arguments.GetValue(since),
                    arguments.GetValue(json) ? SpendFormat.Json
                        : arguments.GetValue(csv) ? SpendFormat.Csv
                        : SpendFormat.Table,
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

    private static void CheckThing(OptionResult result)
    {
        if (result.Tokens is [var token] && !Things.Contains(token.Value))
        {
            result.AddError(
                $"--by is '{Shown.Plain(token.Value, 80)}'. {Nearest.DidYouMeanOneOf(token.Value, Things)}");
        }
    }
}

/// <summary>How far back a person asks, as a number of days, weeks or months, or as a day.</summary>
internal static class Since
{
    private const int Most = 3_650;
    private static readonly DateOnly AnyDay = new(2026, 1, 1);

    /// <summary>Reports a value that says no first day.</summary>
    public static void Check(OptionResult result)
    {
        if (result.Tokens is [var token] && TryRead(token.Value, AnyDay) is null)
        {
            result.AddError(
                $"{result.Option.Name} is '{Shown.Plain(token.Value, 80)}': give days (7d), weeks (4w) or months (3m), "
                + "or a day such as 2026-11-01.");
        }
    }

    /// <summary>The first day of those until <paramref name="yesterday"/>; null where the text says none.</summary>
    public static DateOnly? TryRead(string text, DateOnly yesterday)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        return text.Length > 1
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= Most
                ? text[^1] switch
                {
                    'd' => yesterday.AddDays(1 - count),
                    'w' => yesterday.AddDays(1 - (7 * count)),
                    'm' => yesterday.AddDays(1).AddMonths(-count),
                    _ => null,
                }
                : null;
    }
}
