using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors.Other;

/// <summary>
/// The vendors that the settings describe, below <c>Vendors:Other</c>, each under its name. A description may also be
/// one JSON text there, or <c>file:</c> and the name of a file that holds it; accounts may be beside it.
/// </summary>
internal sealed class OtherVendors
{
    private const string Section = "Vendors:Other";
    private const string FilePrefix = "file:";

    /// <summary>Reads them.</summary>
    /// <param name="configuration">All settings.</param>
    /// <param name="taken">The names and sections of the vendors that this release knows.</param>
    public OtherVendors(IConfiguration configuration, IReadOnlyCollection<string> taken)
    {
        var settings = new SettingReader();
        Configuration = Expand(configuration, settings);
        var section = Configuration.GetSection(Section);
        settings.RequireOnly(section, [.. section.GetChildren().Select(child => child.Key)]);
        var reader = new VendorReader(settings, taken);
        All = [.. section.GetChildren().Select(reader.Read)];
        Mistakes = settings.Mistakes;
    }

    /// <summary>All settings, with every description in settings of its own.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>The vendors. Where there are mistakes, they lack what is wrong.</summary>
    public IReadOnlyList<VendorDefinition> All { get; }

    /// <summary>What is wrong with the descriptions.</summary>
    public IReadOnlyList<string> Mistakes { get; }

    private static IConfiguration Expand(IConfiguration configuration, SettingReader settings)
    {
        var written = configuration.GetSection(Section).GetChildren()
            .Where(vendor => !string.IsNullOrEmpty(vendor.Value)).ToList();
        return written.Count == 0
            ? configuration
            : new ConfigurationBuilder()
                .AddInMemoryCollection(written.SelectMany(vendor => Parse(vendor, settings)))
                .AddConfiguration(configuration)
                .AddInMemoryCollection(written.Select(vendor => KeyValuePair.Create(vendor.Path, (string?)null)))
                .Build();
    }

    private static IEnumerable<KeyValuePair<string, string?>> Parse(
        IConfigurationSection vendor, SettingReader settings)
    {
        try
        {
            var text = vendor.Value!.StartsWith(FilePrefix, StringComparison.Ordinal)
                ? File.ReadAllText(vendor.Value[FilePrefix.Length..])
                : vendor.Value;
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return
            [
                .. new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable()
                    .Where(setting => setting.Value is not null)
                    .Select(setting => KeyValuePair.Create($"{vendor.Path}:{setting.Key}", setting.Value)),
            ];
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidDataException)
        {
            settings.Mistake(
                vendor,
                $"is not a description in JSON, nor {FilePrefix} and the name of a file that holds one: "
                    + $"{StrictSection.Written((failure.InnerException ?? failure).Message)}");
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            settings.Mistake(vendor, $"names a file that cannot be read: {failure.Message}");
        }

        return [];
    }
}
