using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace EventPipeline.Commands;

/// <summary>
/// <c>compact</c>: deletes the rows that no version needs after a retention. Exit codes: 0 done, or nothing to do; 1
/// not confirmed; 2 an argument or a setting is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class CompactCommand
{
    /// <summary>
    /// Longer than a message may be delivered again: seven days, which is how long Pub/Sub keeps it, and an attempt.
    /// </summary>
    public const int MinRetentionDays = 8;

    private const int MaxRetentionDays = 3650;
    private const int DefaultRetentionDays = 90;

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what the retention is counted back from.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var retention = new Option<int>("--retention-days")
        {
            Description = "How long ago a row must have been superseded, or loaded and never committed, to be deleted: "
                + $"{MinRetentionDays} days or more.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultRetentionDays,
            CustomParser = ReadRetention,
        };
        var compact = new Command(
            "compact",
            "Deletes the rows that no version needs after a retention: of loads that were superseded or never "
            + "committed. Views show what they showed before.")
        {
            WarehouseCommand.Dataset, retention, Consent.DryRun, Consent.Yes,
        };
        compact.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new Compact(warehouse, arguments.InvocationConfiguration, clock).ExecuteAsync(
                dataset,
                arguments.GetValue(retention),
                Consent.Read(arguments),
                cancellationToken),
            cancellationToken));
        return compact;
    }

    private static int ReadRetention(ArgumentResult argument)
    {
        var text = argument.Tokens[^1].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is >= MinRetentionDays and <= MaxRetentionDays)
        {
            return days;
        }

        argument.AddError(
            $"--retention-days is '{text}': it takes a number of days from {MinRetentionDays} to {MaxRetentionDays}. "
            + "What is younger may belong to a message that is delivered again.");
        return DefaultRetentionDays;
    }
}
