using System.Text.RegularExpressions;

namespace EventPipeline.Tests;

/// <summary>Data flows one way through the folders; this says which may know which, by what their files name.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Source = Path.Combine(Root(new DirectoryInfo(AppContext.BaseDirectory)), "src", "EventPipeline");

    /// <summary>The folders a folder may name, beside itself and the words they all share. Hosting puts all of them together.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Trigger"] = ["FanOut", "Fetch", "DeadLetters", "Telemetry"],
        ["FanOut"] = ["Identities", "Ledger", "Load", "Vendors", "Hosting", "Telemetry"],
        ["Fetch"] = ["FanOut", "Identities", "Ledger", "Load", "Vendors", "Telemetry"],
        ["Identities"] = ["Load", "Vendors"],
        ["Load"] = ["Vendors"],
        ["Ledger"] = ["DeadLetters", "FanOut", "Load", "Vendors", "Hosting", "Telemetry"],
        ["DeadLetters"] = ["FanOut", "Load", "Trigger", "Telemetry"],
        ["Vendors"] = ["Telemetry"],
        ["Telemetry"] = [],
        ["Google"] = ["FanOut", "Load", "Vendors", "Hosting"],
        ["Commands"] = ["Google", "Hosting", "Identities", "Load", "Vendors"],
    };

    [Fact]
    public void Each_folder_knows_only_the_folders_it_may()
    {
        var strangers =
            from folder in MayKnow.Keys
            from file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories)
            from other in OtherFolder().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            where other != folder && Directory.Exists(Path.Combine(Source, other)) && !MayKnow[folder].Contains(other)
            select $"{Path.GetRelativePath(Source, file)} knows {other}";

        strangers.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void A_vendor_knows_no_other_vendor()
    {
        var vendors = Directory.EnumerateDirectories(Path.Combine(Source, "Vendors")).Select(Path.GetFileName).Where(name => name != "Records").ToList();

        vendors.Count.ShouldBeGreaterThan(1);
        foreach (var vendor in vendors)
        {
            var texts = Directory.EnumerateFiles(Path.Combine(Source, "Vendors", vendor!), "*.cs").Select(File.ReadAllText);
            texts.ShouldAllBe(text => vendors.All(other => other == vendor || !text.Contains($"EventPipeline.Vendors.{other}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void The_service_does_not_know_the_local_host() =>
        typeof(Window).Assembly.GetReferencedAssemblies().ShouldAllBe(name => name.Name != "EventPipeline.Local" && name.Name != "DuckDB.NET.Data");

    [Fact]
    public void Every_folder_has_its_rule() =>
        Directory.EnumerateDirectories(Source).Select(Path.GetFileName).Except(["Hosting", "Sql", "bin", "obj"]).ShouldBe(MayKnow.Keys, ignoreOrder: true);

    /// <summary>The generator of log methods orders what it writes by namespace and name; where these are alike, chance decides, and no two builds are alike.</summary>
    [Fact]
    public void Log_classes_of_one_folder_have_names_of_their_own()
    {
        var names =
            from file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            from match in LogClass().Matches(File.ReadAllText(file))
            select (Path.GetDirectoryName(file), match.Groups[1].Value);

        names.ToList().ShouldBeUnique();
    }

    private static string Root(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "EventPipeline.sln")) ? folder.FullName : Root(folder.Parent!);

    [GeneratedRegex(@"\bEventPipeline\.([A-Z][A-Za-z]+)\b")]
    private static partial Regex OtherFolder();

    [GeneratedRegex(@"\bpartial class (\w*Log)\b")]
    private static partial Regex LogClass();
}
