using System.Text.RegularExpressions;

namespace EventPipeline.Tests.Architecture;

/// <summary>Data flows one way through the folders: none knows one that, by any way, knows it.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Source = Path.Combine(Repository.Root.FullName, "src");

    /// <summary>Folders as they stand in the project's own folder, and with every folder in them.</summary>
    public static readonly TheoryData<int> Depths = [1, int.MaxValue];

    [Theory]
    [MemberData(nameof(Depths))]
    public void No_folder_of_the_service_is_part_of_a_circle(int depth) => Service(depth).Circles().ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Depths))]
    public void No_folder_of_the_local_program_is_part_of_a_circle(int depth) =>
        FolderGraph.Read(typeof(Local.Cli.LocalCommands), "EventPipeline.Local", depth).Circles().ShouldBeEmpty();

    [Fact]
    public void A_circle_is_found_and_its_types_are_named() =>
        FolderGraph.Read(typeof(ArchitectureTests), typeof(ArchitectureTests).Namespace + ".Planted", 1).Circles()
            .ShouldBe(["Lower to Upper: Called knows Caller", "Upper to Lower: Caller knows Called"]);

    [Fact]
    public void The_words_all_share_know_nobody() => Service(1).KnownBy("Shared").ShouldBeEmpty();

    [Fact]
    public void Only_the_entry_point_knows_who_puts_everything_together() =>
        Service(1).WhoKnow("Hosting").ShouldBe([FolderGraph.Root]);

    [Fact]
    public void A_vendor_knows_no_other_vendor_and_is_known_where_vendors_are_registered()
    {
        var graph = Service(int.MaxValue);
        var vendors = Directory.EnumerateFiles(
            Path.Combine(Source, "EventPipeline", "Vendors"), "README.md", SearchOption.AllDirectories)
            .Select(readme => $"Vendors/{Path.GetFileName(Path.GetDirectoryName(readme))}").ToList();

        vendors.Count.ShouldBeGreaterThan(1);
        foreach (var vendor in vendors)
        {
            graph.WhoKnow(vendor).ShouldBe(["Vendors"], vendor);
        }
    }

    [Fact]
    public void The_service_does_not_know_the_local_host() =>
        typeof(Window).Assembly.GetReferencedAssemblies()
            .ShouldAllBe(name => name.Name != "EventPipeline.Local" && name.Name != "DuckDB.NET.Data");

    /// <summary>What is said of namespaces is true of folders.</summary>
    [Theory]
    [InlineData("EventPipeline")]
    [InlineData("EventPipeline.Local")]
    public void Each_namespace_is_the_folder_of_its_file(string project)
    {
        var root = Path.Combine(Source, project);
        var strangers =
            from file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            let found = Namespace().Match(File.ReadAllText(file))
            let expected = $"{project}/{Path.GetRelativePath(root, Path.GetDirectoryName(file)!)}".Replace(
                "/.", "", StringComparison.Ordinal)
                .Replace('/', '.')
            where found.Success && found.Groups[1].Value != expected
            select Path.GetRelativePath(root, file);

        strangers.ShouldBeEmpty();
    }

    /// <summary>
    /// The generator of log methods orders what it writes by namespace and name; where these are alike, chance decides,
    /// and no two builds are alike.
    /// </summary>
    [Fact]
    public void Log_classes_of_one_folder_have_names_of_their_own()
    {
        var names =
            from file in Directory.EnumerateFiles(
                Path.Combine(Source, "EventPipeline"), "*.cs", SearchOption.AllDirectories)
            from match in LogClass().Matches(File.ReadAllText(file))
            select (Path.GetDirectoryName(file), match.Groups[1].Value);

        names.ToList().ShouldBeUnique();
    }

    private static FolderGraph Service(int depth) => FolderGraph.Read(typeof(Window), "EventPipeline", depth);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bpartial class (\w*Log)\b")]
    private static partial Regex LogClass();
}
