using System.Text.RegularExpressions;
using EventPipeline.Hosting;

namespace EventPipeline.Tests.OnCall;

/// <summary>
/// What alerts, runbooks and the manual tell people on call to do, they can do: the commands exist, and Terraform lets
/// them, and lets them do nothing else.
/// </summary>
public sealed partial class OnCallTests
{
    private const string Operator = "an operator's token";
    private const string Query = "roles/bigquery.jobUser";
    private const string Write = "roles/bigquery.dataEditor";

    // No command: incidents and the dashboard are pages.
    private const string Look = "roles/monitoring.viewer";

    private static readonly string[] OverTheService = ["status", "runs", "backfill", "dead-letters", "slices"];
    private static readonly string[] InTheDataset = ["anomalies", "budgets", "report", "schema"];

    [Fact]
    public void Everything_that_is_told_is_allowed_and_nothing_else_is()
    {
        var commands = ToldCommand.OnCall();
        commands.Count.ShouldBeGreaterThan(50);

        var needed = commands.SelectMany(RightsOf).Append(Look).ToHashSet();

        needed.Order(StringComparer.Ordinal).ShouldBe(Granted().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_command_of_ours_that_is_told_is_understood()
    {
        var ours = ToldCommand.OfRunbooks().Concat(ToldCommand.OfAlerts())
            .Where(command => command.Words[0] == "EventPipeline")
            .ToList();
        ours.Count.ShouldBeGreaterThan(20);

        foreach (var command in ours)
        {
            OperatorCommands.Create().Parse([.. command.Words.Skip(1).Select(Filled)]).Errors
                .ShouldBeEmpty($"{command.Place}: {command.Text}");
        }
    }

    [Fact]
    public void Every_runbook_is_in_the_list_and_every_page_that_an_alert_names_is_there()
    {
        var folder = Path.Combine(Repository.Root.FullName, "docs", "runbooks");
        var pages = Directory.EnumerateFiles(folder, "*.md").Select(path => Path.GetFileName(path)!)
            .Where(page => page != "README.md")
            .Order(StringComparer.Ordinal)
            .ToList();

        Link().Matches(File.ReadAllText(Path.Combine(folder, "README.md"))).Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal)
            .ShouldBe(pages);
        Directory.EnumerateFiles(Path.Combine(Repository.Root.FullName, "infra"), "alerts_*.tf")
            .SelectMany(file => Runbook().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ShouldBeSubsetOf(pages);
        pages.ShouldAllBe(page => File.ReadAllText(Path.Combine(folder, page)).Contains("**It is over** when "));
    }

    private static string Filled(string word) => word switch
    {
        "FILE" => "list.csv",
        _ => word,
    };

    private static IEnumerable<string> RightsOf(ToldCommand command) => command.Words switch
    {
        ["EventPipeline", var verb, ..] when OverTheService.Contains(verb) => [Operator],
        ["EventPipeline", var verb, ..] when InTheDataset.Contains(verb) => [Query, Write],
        ["curl", ..] => [Operator],
        ["bq", "query" or "cp" or "show" or "--location=US", ..] => [Query, Write],
        ["infra/deploy", "rollback"] =>
        [
            "run.services.get", "run.services.update", "roles/run.viewer", "roles/iam.serviceAccountUser",
            "roles/logging.logWriter",
        ],
        ["gcloud", "run", "services" or "revisions", "describe", ..] => ["roles/run.viewer"],
        ["gcloud", "logging", "read", ..] => ["roles/logging.viewer"],
        ["gcloud", "secrets", "versions", "add", ..] => ["roles/secretmanager.secretVersionAdder"],
        ["gcloud", "pubsub", "topics", "publish", "eventpipeline-trigger", ..] => ["roles/pubsub.publisher"],
        ["gcloud", "pubsub", "subscriptions", "pull" or "seek", "eventpipeline-dead-letter-pull", ..] =>
            ["roles/pubsub.subscriber"],
        ["gcloud", "scheduler", "jobs", var verb, "eventpipeline-daily" or "eventpipeline-compact", ..] =>
            [$"cloudscheduler.jobs.{verb switch { "describe" => "get", "resume" => "enable", _ => verb }}"],

        // One's own, and what an owner hands out.
        ["gcloud", "auth", ..] or ["terraform", "-chdir=infra", "output", ..] or ["eval", ..] or ["printf", ..] => [],
        _ => throw new InvalidOperationException($"{command.Place}: what '{command.Text}' needs is not known."),
    };

    /// <summary>What Terraform grants people on call.</summary>
    private static IEnumerable<string> Granted()
    {
        string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root.FullName, "infra", file));
        var roles = Right().Matches(Read("oncall.tf")).Select(match => match.Groups[1].Value);

        // What lists what there is comes with what describes it.
        return roles.Where(role => role != "cloudscheduler.jobs.list").Distinct()
            .Concat(Read("identities.tf").Contains("toset(concat(var.operators, var.oncall))") ? [Operator] : []);
    }

    [GeneratedRegex("\"(roles/[\\w.]+|(?:cloudscheduler|run)\\.\\w+\\.\\w+)\"")]
    private static partial Regex Right();

    [GeneratedRegex(@"\]\(([\w-]+\.md)\) \|")]
    private static partial Regex Link();

    [GeneratedRegex(@"\$\{local\.runbooks\}/([\w-]+\.md)")]
    private static partial Regex Runbook();
}
