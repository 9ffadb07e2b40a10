using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Tests.Telemetry;

/// <summary>An answer of <c>/metrics</c>, read line by line.</summary>
internal sealed partial class Scrape(string text)
{
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _samples =
    [
        .. text.Split('\n')
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => Sample().Match(line))
        .Select(match =>
        {
            match.Success.ShouldBeTrue(text);
            return (
                match.Groups["name"].Value,
                Label()
                    .Matches(match.Groups["labels"].Value)
                    .ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value),
                double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        }),
    ];

    /// <summary>The names of everything measured.</summary>
    public IReadOnlyCollection<string> Names => [.. _samples.Select(sample => sample.Name).Distinct()];

    /// <summary>The names of every label of a metric.</summary>
    public IReadOnlyCollection<string> LabelsOf(string prefix) =>
        [
            .. _samples.Where(sample => sample.Name.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(sample => sample.Labels.Keys)
            .Distinct(),
        ];

    /// <summary>The sum of the samples that have these labels; null when there is none.</summary>
    public double? Sum(string name, params (string Name, string Value)[] labels)
    {
        var found = _samples
            .Where(
                sample =>
                    sample.Name == name
                        && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value))
            .Select(sample => sample.Value)
            .ToList();
        return found.Count == 0 ? null : found.Sum();
    }

    [GeneratedRegex(
        @"\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[-+]?(\d.*?|Inf|NaN))( [0-9.]+)?\z")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}
