using System.Globalization;

namespace EventPipeline.Local.Simulator.Data;

/// <summary>
/// What a company did on a day, as far as the vendor knows it now. The same seed, scope, day and time give the same
/// facts.
/// </summary>
/// <param name="options">The seed and the clock.</param>
/// <param name="scope">Vendor, organisation and report.</param>
/// <param name="patterns">What the company does.</param>
/// <param name="delay">How long the vendor takes to show something.</param>
internal sealed class Daybook(
    SimulatorOptions options, string scope, IReadOnlyList<Pattern> patterns, TimeSpan delay = default)
{
    /// <summary>Nothing happened before this day.</summary>
    public static readonly DateOnly Founded = new(2025, 1, 1);

    public IEnumerable<Fact> On(DateOnly day)
    {
        if (day < Founded)
        {
            yield break;
        }

        var now = options.Clock.GetUtcNow().UtcDateTime;
        var age = DateOnly.FromDateTime(now).DayNumber - day.DayNumber;
        var cutoff = Floor(now - delay);
        var weekend = day.IsWeekend();
        var date = day.ToString("O", CultureInfo.InvariantCulture);
        var index = 0;
        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i];
            var dice = Identity.Dice(options.Seed, $"{scope}/{date}/{i}");
            if (dice.Next(100) >= (weekend ? pattern.Percent / 3 : pattern.Percent))
            {
                continue;
            }

            var pieces = pattern.Once || weekend ? 1 : dice.Next(1, 4);
            for (var piece = 0; piece < pieces; piece++)
            {
                var at = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)
                    .AddMinutes(pattern.Once ? 0 : dice.Next(24 * 60));
                var fate = Fate.Draw(dice, index++);
                var quantities = pattern.Draw(dice);
                if (at < cutoff && fate.IsVisible(age))
                {
                    yield return new Fact(at, pattern.Dimensions, fate.At(age, quantities));
                }
            }
        }
    }

    // Whole hours: what a vendor shows of today grows once an hour.
    private static DateTime Floor(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerHour));
}
