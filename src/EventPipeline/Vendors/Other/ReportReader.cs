using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Other;

/// <summary>Reads one report from the settings, whole: every mistake is remembered.</summary>
internal sealed partial class ReportReader(SettingReader settings, IReadOnlyList<(string Name, string Value)> headers)
{
    private const string MaxDays = "MaxWindowDays";
    private const string Settled = "SettledAfterDays";
    private const string Served = "ServedDays";

    private static readonly string[] Names =
    [
        "Path", "Query", "Body", "Paging", "Rows", "Day", "RowLimit", "EqualRows", "Ignored", MaxDays, Settled, Served,
        .. TableColumns.BySection.Keys,
    ];

    /// <summary>Reads it; null where something is wrong.</summary>
    public ReportDefinition? Read(IConfigurationSection section)
    {
        settings.RequireOnly(section, Names);
        if (!Name().IsMatch(section.Key))
        {
            settings.Mistake(
                section, "does not have a name for a report: lower-case letters, digits and underscores, at most 63.");
        }

        var request = ReadRequest(section);
        var way = ReadRows(section.GetSection("Rows"));
        var ignored = section.GetSection("Ignored").GetChildren().ToList();
        var paging = new PagingReader(settings).Read(section.GetSection("Paging"), way, ignored);
        var adds = settings.Word(section.GetSection("EqualRows"), ["refuse", "add"], isRequired: false) == "add";
        var most = settings.Number(section.GetSection("RowLimit"), 1, 1_000_000, null);
        var days = settings.Number(section.GetSection(MaxDays), 1, 31, 1)!.Value;
        var settled = settings.Number(section.GetSection(Settled), 0, 90, 3)!.Value;
        var served = settings.Number(section.GetSection(Served), 1, 3_650, null);
        if (way is null)
        {
            return null; // What leads on from there cannot be judged.
        }

        var mapping = new MappingReader(settings, way);
        var day = ReadDay(section.GetSection("Day"), mapping, days);
        var tables = ReadTables(section, mapping);
        var shapes = ReadShapes(way, mapping, day, ignored);
        var dimensions = tables.SelectMany(table => table.Texts.Concat(table.Others))
            .Where(source => source.Member is not null).Select(source => source.Column).Distinct().ToList();
        var grain = dimensions.Count == 0 ? "ungrouped.v1" : $"{string.Join('_', dimensions)}.v1";
        return request is null || paging is null
            ? null
            : new ReportDefinition(
                new Report(section.Key, ReportKind.Daily, days, settled, VersionOf(section))
                {
                    ServedDays = served,
                    Grains = new Dictionary<string, IReadOnlyList<string>> { [grain] = dimensions },
                },
                request,
                paging,
                way,
                day,
                most,
                adds,
                shapes.OfRow(),
                shapes.Known,
                grain,
                tables);
    }

    private RowMember? ReadDay(IConfigurationSection section, MappingReader mapping, int days)
    {
        var text = settings.Text(section);
        if (text is null && days > 1)
        {
            settings.Mistake(
                section, $"is missing; rows of several days ({MaxDays}) say which day each is of. Write a path.");
        }

        return text is null ? null : mapping.ReadMember(section, text);
    }

    private List<TableMapping> ReadTables(IConfigurationSection section, MappingReader mapping)
    {
        var tables = TableColumns.BySection
            .Select(table => mapping.Read(section.GetSection(table.Key), table.Value))
            .OfType<TableMapping>().ToList();
        if (tables.Count == 0)
        {
            settings.Mistake(section, $"fills no table; add {string.Join(", ", TableColumns.BySection.Keys)}.");
        }

        return tables;
    }

    private static RowShapes ReadShapes(
        RowsPath way, MappingReader mapping, RowMember? day, List<IConfigurationSection> ignored)
    {
        var shapes = new RowShapes(way, mapping.Named, day);
        foreach (var setting in ignored)
        {
            // What is ignored of a whole page, the page's shape knows.
            var isOfPage = JsonPath.TryParse(setting.Value ?? "") is { AsMember: not null } path
                && way.TryFind(path) is null;
            if (!isOfPage && mapping.ReadMember(setting, setting.Value ?? "") is { } member)
            {
                shapes.Ignore(member);
            }
        }

        return shapes;
    }

    private ReportRequest? ReadRequest(IConfigurationSection section)
    {
        var path = settings.Required(section.GetSection("Path"), "the path below BaseAddress, such as v1/usage");
        var body = settings.Text(section.GetSection("Body"));
        var query = settings.Pairs(section.GetSection("Query"));
        foreach (var template in section.GetSection("Query").GetChildren()
            .Append(section.GetSection("Path")).Append(section.GetSection("Body")))
        {
            if (RequestTemplate.Mistake(template.Value ?? "") is { } mistake)
            {
                settings.Mistake(template, mistake);
            }
        }

        if (path is not null && (path.StartsWith('/') || path.Contains("://", StringComparison.Ordinal)
            || path.Contains('#', StringComparison.Ordinal)))
        {
            settings.Mistake(
                section.GetSection("Path"),
                $"is '{StrictSection.Written(path)}'; it takes a path below BaseAddress, without a slash before it, "
                    + "such as v1/usage.");
            return null;
        }

        return path is null ? null : new ReportRequest(path, query, body, headers);
    }

    private RowsPath? ReadRows(IConfigurationSection section)
    {
        if (settings.Path(section, isRequired: true, "$.data[*]") is not { } path)
        {
            return null;
        }

        var way = RowsPath.TryCreate(path);
        if (way is null)
        {
            settings.Mistake(
                section,
                $"is '{StrictSection.Written(section.Value!)}', which does not lead to a list: it begins with $, then "
                    + "come names, and [*] for the items of the list, such as $.data[*].");
        }

        return way;
    }

    /// <summary>Another description makes other rows: their digests are not compared with those of before.</summary>
    private static int VersionOf(IConfigurationSection section)
    {
        var text = string.Join(
            '\n',
            section.AsEnumerable(makePathsRelative: true)
                .Where(setting => setting.Value is not null && setting.Key is not (MaxDays or Settled or Served))
                .Select(setting => $"{setting.Key}={setting.Value}")
                .Order(StringComparer.Ordinal));
        return BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & int.MaxValue;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,62}\z")]
    private static partial Regex Name();
}
