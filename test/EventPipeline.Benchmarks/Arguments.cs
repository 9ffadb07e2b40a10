using System.Globalization;

namespace EventPipeline.Benchmarks;

/// <summary>The command line.</summary>
/// <param name="Topics">What to measure, in the order of <see cref="Program"/>; empty for all.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Json">Where to write the figures; null for nowhere.</param>
/// <param name="Before">Figures of an earlier run to show beside these; null for none.</param>
/// <param name="IsSmoke">Whether only to see that everything works: tiny sizes, nothing published, no verdict.</param>
internal sealed record Arguments(
    IReadOnlyList<string> Topics, int Rounds, string? Json, string? Before, bool IsSmoke)
{
    public const string Usage =
        "Usage: EventPipeline.Benchmarks [rows|door|start|day|window|memory|plan|views …] "
        + "[--rounds N] [--json FILE] [--before FILE] [--smoke]";

    private const int UsualRounds = 3;

    /// <summary>Reads the arguments; null when they are not of the form that <see cref="Usage"/> says.</summary>
    public static Arguments? Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> topics)
    {
        var parsed = new Arguments([], UsualRounds, null, null, IsSmoke: false);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--smoke":
                    parsed = parsed with { IsSmoke = true, Rounds = 1 };
                    break;
                case "--rounds" when int.TryParse(
                    value, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    (parsed, i) = (parsed with { Rounds = rounds }, i + 1);
                    break;
                case "--json" when value is not null:
                    (parsed, i) = (parsed with { Json = value }, i + 1);
                    break;
                case "--before" when value is not null:
                    (parsed, i) = (parsed with { Before = value }, i + 1);
                    break;
                case var topic when topics.Contains(topic):
                    parsed = parsed with { Topics = [.. parsed.Topics, topic] };
                    break;
                default:
                    return null;
            }
        }

        return parsed;
    }
}
