using System.Text.RegularExpressions;

namespace EventPipeline.Tests.OnCall;

/// <summary>A command that a page or an alert tells people to run.</summary>
/// <param name="Place">Where it is told.</param>
/// <param name="Text">The command, without what it is piped into or set before it.</param>
public sealed partial record ToldCommand(string Place, string Text)
{
    private static readonly string[] OwnersPages = ["another-region.md", "state-is-lost.md"];

    /// <summary>The words of it, without quotes.</summary>
    public IReadOnlyList<string> Words { get; } =
        [.. Word().Matches(Text).Select(word => word.Value.Replace("'", "", StringComparison.Ordinal))];

    /// <summary>Those of the runbooks, an owner's too.</summary>
    public static IReadOnlyList<ToldCommand> OfRunbooks() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root.FullName, "docs", "runbooks"), "*.md")
            .Order(StringComparer.Ordinal)
            .SelectMany(OfPage),
    ];

    /// <summary>Those that people on call are told to run: by alerts, runbooks and the manual.</summary>
    public static IReadOnlyList<ToldCommand> OnCall() =>
    [
        .. OfRunbooks().Where(command => !OwnersPages.Contains(command.Place)),
        .. OfAlerts(),
        .. OfPage(Path.Combine(Repository.Root.FullName, "docs", "operations.md"))
            .Where(command => command.Text.StartsWith("gcloud ", StringComparison.Ordinal)
                || command.Text.StartsWith("bq ", StringComparison.Ordinal)),
    ];

    /// <summary>Those of the alerts, as Terraform fills them in.</summary>
    public static IReadOnlyList<ToldCommand> OfAlerts() =>
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(Repository.Root.FullName, "infra"), "alerts_*.tf")
           from text in Told().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
           from line in text.Split('\n').Where(line => line.StartsWith("            ", StringComparison.Ordinal))
           from part in Parts(Filled(line.Trim()))
           select new ToldCommand(Path.GetFileName(file), part),
    ];

    private static IEnumerable<ToldCommand> OfPage(string path) =>
        from block in Block().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)
        from line in block.Split('\n').Select(line => Comment().Replace(line.Trim(), ""))
        where line.Length > 0
        from part in Parts(line)
        select new ToldCommand(Path.GetFileName(path), part);

    private static IEnumerable<string> Parts(string line) => line.StartsWith("curl", StringComparison.Ordinal)
        ? [line]
        : line.Split(" | ").Select(part => Settings().Replace(part.Trim(), ""));

    private static string Filled(string line) => Value().Replace(line, match => match.Groups[1].Value switch
    {
        "local.name" => "eventpipeline",
        "local.call" => "curl SERVICE",
        "local.deploy" => "GOOGLE_CLOUD_PROJECT=PROJECT GOOGLE_CLOUD_REGION=REGION infra/deploy",
        "var.project" => "PROJECT",
        "var.region" => "REGION",
        "var.dataset" => "ai_usage_analytics",
        "google_cloud_scheduler_job.daily.name" => "eventpipeline-daily",
        var label when label.StartsWith("log.extracted_label.", StringComparison.Ordinal) => "2026-11-27",
        var unknown => throw new InvalidOperationException($"What an alert says instead of {unknown} is not arranged."),
    });

    [GeneratedRegex(@"```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"todo\s+= <<-TEXT\n(.*?)\n\s*TEXT\n", RegexOptions.Singleline)]
    private static partial Regex Told();

    [GeneratedRegex(@"\$?\$\{([^}]*)\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"\s+#\s.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([A-Z_]+=\S+ )+")]
    private static partial Regex Settings();

    [GeneratedRegex(@"('[^']*'|[^\s'])+")]
    private static partial Regex Word();
}
