using EventPipeline.Local.Simulator;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Architecture;

/// <summary>What no compiler looks at.</summary>
public sealed class SourceTests
{
    private const int MaxColumns = 120;

    /// <summary>A name, an address or a pattern that is as long as this fits no line and cannot be broken.</summary>
    private const int LongWord = 80;

    [Fact]
    public void No_line_is_longer_than_120_characters()
    {
        var root = Repository.Root.FullName;
        var tooLong =
            from folder in new[] { "src", "test" }
            from file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
            from line in LinesOutsideRawText(File.ReadAllText(file)).Index()
            where line.Item is { Length: > MaxColumns } && line.Item.Split(' ')[^1].Length <= LongWord
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1} has {line.Item.Length}";

        tooLong.ShouldBeEmpty();
    }

    /// <summary>
    /// Names that are words of paging too: only quoted, or as a namespace, they stand for the vendor.
    /// </summary>
    private static readonly string[] Words = ["cursor"];

    /// <summary>
    /// But for the two lists that name every vendor, one of the service and one of the simulator. Documentation may
    /// give one as an example, and what one vendor reports may be about another.
    /// </summary>
    [Fact]
    public void Nothing_outside_a_vendors_own_folder_names_it()
    {
        var root = Repository.Root.FullName;
        var named =
            from pattern in new[] { "*.cs", "*.sql" }
            from file in Directory.EnumerateFiles(Path.Combine(root, "src"), pattern, SearchOption.AllDirectories)
            where Path.GetFileName(file) is not ("VendorServiceCollectionExtensions.cs" or "SimulatedVendors.cs")
            from line in File.ReadLines(file).Index()
            where !line.Item.TrimStart().StartsWith("///", StringComparison.Ordinal)
            from vendor in VendorServiceCollectionExtensions.Known
            where Path.GetFileName(Path.GetDirectoryName(file)) != vendor.Section
                && Names(line.Item, vendor)
                && !(Words.Contains(vendor.Name) && IsOfAnother(file, vendor))
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1} names {vendor.Name}";

        named.ShouldBeEmpty();
    }

    /// <summary>A vendor that the settings describe is known to its simulator alone.</summary>
    [Fact]
    public void Nothing_outside_its_simulator_names_a_vendor_that_the_settings_describe()
    {
        var root = Repository.Root.FullName;
        var described = SimulatedVendors.All.Where(vendor => vendor.Description is not null).ToList();
        var named =
            from pattern in new[] { "*.cs", "*.sql" }
            from file in Directory.EnumerateFiles(Path.Combine(root, "src"), pattern, SearchOption.AllDirectories)
            where Path.GetFileName(file) != "SimulatedVendors.cs"
            from line in File.ReadLines(file).Index()
            from vendor in described
            where !string.Equals(
                    Path.GetFileName(Path.GetDirectoryName(file)), vendor.Name, StringComparison.OrdinalIgnoreCase)
                && line.Item.Contains(vendor.Name, StringComparison.OrdinalIgnoreCase)
            select $"{Path.GetRelativePath(root, file)}:{line.Index + 1} names {vendor.Name}";

        described.ShouldNotBeEmpty();
        named.ShouldBeEmpty();
    }

    private static bool Names(string line, Vendor vendor) => !Words.Contains(vendor.Name)
        ? line.Contains(vendor.Name, StringComparison.OrdinalIgnoreCase)
        : new[]
        {
            $"\"{vendor.Name}\"", $"'{vendor.Name}'", $"Vendors.{vendor.Section}", $"Simulator.{vendor.Section}",
        }.Any(name => line.Contains(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsOfAnother(string file, Vendor vendor) => VendorServiceCollectionExtensions.Known
        .Where(other => other != vendor).Select(other => other.Section).Append("Other")
        .Contains(Path.GetFileName(Path.GetDirectoryName(file)));

    /// <summary>
    /// The lines of a file; null for those that hold a raw string literal or a part of one: breaking them would change
    /// it.
    /// </summary>
    private static IEnumerable<string?> LinesOutsideRawText(string text)
    {
        const string quotes = "\"\"\"";
        var isInside = false;
        foreach (var line in text.Split('\n'))
        {
            var count = line.Split(quotes).Length - 1;
            yield return isInside || count > 0 ? null : line;
            isInside ^= count % 2 == 1;
        }
    }
}
