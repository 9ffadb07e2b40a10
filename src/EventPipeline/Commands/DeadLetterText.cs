using System.Globalization;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>Dead letters as people read them, and as programs do.</summary>
internal static class DeadLetterText
{
    /// <summary>The names of <see cref="Cells"/>.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "id", "state", "cause", "run_id", "mode", "vendor", "account", "report", "from", "to", "windows", "first_seen",
        "last_seen", "replays", "reason", "last_error", "hint",
    ];

    /// <summary>The groups: what happened, and what to do.</summary>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<DeadLetterGroup> groups)
    {
        foreach (var group in groups)
        {
            var many = string.Create(CultureInfo.InvariantCulture, $"{group.Letters:N0} {group.Cause}");
            var whose = Whose(group.Vendor, group.Account, group.Report);
            await output.WriteLineAsync($"{many}{whose}, the last {TimeText.Minute(group.LastSeen)} UTC");
            await output.WriteLineAsync($"  {group.Reason}");
            await output.WriteLineAsync($"  {group.Hint}");
        }
    }

    /// <summary>A line for each.</summary>
    public static Task WriteAsync(TextWriter output, IReadOnlyList<DeadLetterSummary> letters) =>
        TextColumns.WriteAsync(
            output,
            [
                ["id", "state", "cause", "run", "asks for"],
                .. letters.Select(letter => (string[])
                [
                    letter.Id, letter.State, letter.Cause, letter.RunId ?? "", AsksFor(letter),
                ]),
            ]);

    /// <summary>The cells of one.</summary>
    public static string?[] Cells(DeadLetterSummary letter) =>
    [
        letter.Id,
        letter.State,
        letter.Cause,
        letter.RunId,
        letter.Mode,
        letter.Vendor,
        letter.Account,
        letter.Report,
        letter.From?.Text(),
        letter.To?.Text(),
        letter.Windows?.ToString(CultureInfo.InvariantCulture),
        TimeText.Instant(letter.FirstSeen),
        TimeText.Instant(letter.LastSeen),
        letter.Replays.ToString(CultureInfo.InvariantCulture),
        letter.Reason,
        letter.LastError,
        letter.Hint,
    ];

    private static string AsksFor(DeadLetterSummary letter)
    {
        if (letter.Vendor is null)
        {
            return letter.SourceTopic == "trigger" ? "the whole run" : "";
        }

        var days = $"{letter.From?.Text()}{(letter.From == letter.To ? "" : $" to {letter.To?.Text()}")}";
        var more = letter.Windows > 1
            ? string.Create(CultureInfo.InvariantCulture, $" and {letter.Windows - 1} more")
            : "";
        return $"{letter.Vendor}/{letter.Account}/{letter.Report} {days}{more}";
    }

    private static string Whose(string? vendor, string? account, string? report) =>
        vendor is null ? "" : $" of {vendor}/{account}/{report}";
}
