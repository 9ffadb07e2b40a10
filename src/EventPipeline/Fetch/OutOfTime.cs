using System.Globalization;

namespace EventPipeline.Fetch;

/// <summary>
/// What becomes of a step that could not be read in the time of its attempt: fewer days at a time where there are some,
/// otherwise another attempt, and in the end a person.
/// </summary>
/// <param name="step">The step, and how far it came.</param>
/// <param name="limit">How long the attempt could take.</param>
/// <param name="failure">What made it end before its time; null if nothing did.</param>
internal sealed class OutOfTime(WindowStep step, TimeSpan limit, Exception? failure = null)
{
    /// <summary>How often the same days are read in vain if they cannot be made fewer.</summary>
    private const int MostTimes = 3;

    /// <summary>What to publish for the rest of the window.</summary>
    /// <param name="hadAllTime">Whether the step had all of the attempt's time.</param>
    /// <exception cref="RejectedEventException">The days have been read in vain too often.</exception>
    /// <exception cref="TransientFailureException">The vendor has sent nothing, so nothing is known.</exception>
    public WindowRest Result(bool hadAllTime)
    {
        var message = step.Message;
        if (!hadAllTime)
        {
            return Rest(message.StepDays, 0, "They are read again, with all of an attempt's time.");
        }

        if (step.CanBeSmaller)
        {
            var days = Smaller();
            return Rest(days, 0, $"They are read again, {days} {(days == 1 ? "day" : "days")} at a time.");
        }

        if (step.Pages == 0)
        {
            throw new TransientFailureException(
                $"{What} The vendor may be down, or hold the account off: check its status if this goes on.");
        }

        var times = message.TimesOutOfTime + 1;
        return times < MostTimes
            ? Rest(message.StepDays, times, $"{Why} It is tried {MostTimes} times; this was attempt {times}.")
            : throw new RejectedEventException(
                $"{What} {Why} This was attempt {times}.", Hint, RejectionCause.OutOfTime, failure);
    }

    private bool IsLargeDryRun => step.Message.Mode == RunMode.DryRun && step.Days.Days > 1;

    private string Why => IsLargeDryRun
        ? "A dry run keeps nothing, so it has to read its window in one attempt: ask for fewer days."
        : "A single day does not fit into one attempt.";

    private string Hint => IsLargeDryRun
        ? "Ask for a dry run of fewer days. Discard this message."
        : "Replay it when the account is asked for less at the same time, since all its reports and runs share the "
            + "vendor's limit. If it fails again, ask the vendor for a higher limit or why it answers so slowly.";

    private string What => string.Create(
        CultureInfo.InvariantCulture,
        $"{step.Days}: {Arrived} {(failure is null ? Stopped : $"when it could not go on: {failure.Message}")}");

    private string Stopped => string.Create(
        CultureInfo.InvariantCulture,
        $"when the attempt stopped after {limit.TotalSeconds:0.##} s, before the push deadline.");

    private string Arrived => step.Pages == 0 ? "nothing had arrived" : string.Create(
        CultureInfo.InvariantCulture,
        $"{step.Pages} {(step.Pages == 1 ? "page" : "pages")} and {step.Rows} rows of {step.DaysBegun} of "
            + $"{step.Days.Days} {(step.Days.Days == 1 ? "day" : "days")} had arrived");

    /// <summary>As many days as were whole by then, at most half.</summary>
    private int Smaller() => Math.Clamp(step.DaysBegun - 1, 1, step.Days.Days / 2);

    private WindowRest Rest(int? stepDays, int times, string next) => new(
        step.Message with { StepDays = stepDays, TimesOutOfTime = times },
        step.Days.From,
        $"{What} {next}",
        step.Drift.Notes);
}
