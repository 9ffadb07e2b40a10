using EventPipeline.Vendors.Paging;

namespace EventPipeline.Vendors.Other;

/// <summary>Reads from the settings how pages follow each other.</summary>
internal sealed class PagingReader(SettingReader settings)
{
    private static readonly string[] Kinds = ["none", "cursor", "page", "link"];

    /// <summary>Reads it; null where something is wrong.</summary>
    /// <param name="section">The section.</param>
    /// <param name="rows">The way to the rows; null where it is wrong.</param>
    /// <param name="ignored">The members that say nothing of use, of which some are of the page.</param>
    public ReportPaging? Read(
        IConfigurationSection section, RowsPath? rows, IReadOnlyList<IConfigurationSection> ignored)
    {
        var by = settings.Word(section.GetSection("By"), Kinds, isRequired: section.Exists());
        var kind = by ?? "none";
        settings.RequireOnly(section, ["By", .. (by is null ? Kinds : [kind]).SelectMany(Settings)]);
        var parameter = kind is "cursor" or "page"
            ? settings.Required(section.GetSection("Parameter"), "the parameter that takes it, such as page")
            : "";
        var cursor = kind switch
        {
            "cursor" => Member(section.GetSection("Cursor"), isRequired: true, "$.next_page"),
            "link" => Link(section.GetSection("Link")),
            _ => null,
        };
        var hasMore = Settings(kind).Contains("HasMore")
            ? Member(section.GetSection("HasMore"), isRequired: false, "$.has_more")
            : null;
        var total = kind == "page"
            ? Member(section.GetSection("TotalPages"), isRequired: false, "$.total_pages")
            : null;
        if (total is not null && hasMore is not null)
        {
            settings.Mistake(section, "has both TotalPages and HasMore; one of them says where the list ends.");
        }

        var first = kind == "page" ? settings.Number(section.GetSection("FirstPage"), 0, 1, 1) : 1;
        return rows is null || parameter is null
            ? null
            : new ReportPaging(
                Enum.Parse<PagingKind>(kind, ignoreCase: true),
                parameter,
                new PageShape(rows.List)
                {
                    HasMore = kind == "cursor" ? hasMore : null,
                    Cursor = cursor,
                    HasNumericCursor = true,
                    Counts = kind == "page" && (total ?? hasMore) is { } counted ? [counted] : [],
                    Ignored =
                    [
                        .. ignored.Select(setting => JsonPath.TryParse(setting.Value ?? "")?.AsMember).OfType<string>(),
                    ],
                },
                total,
                first ?? 1);
    }

    private static string[] Settings(string kind) => kind switch
    {
        "cursor" => ["Parameter", "Cursor", "HasMore"],
        "page" => ["Parameter", "FirstPage", "TotalPages", "HasMore"],
        "link" => ["Link"],
        _ => [],
    };

    private string? Link(IConfigurationSection section) => settings.Text(section) == "header"
        ? null
        : Member(section, isRequired: true, "$.next, or header where the header Link says it");

    private string? Member(IConfigurationSection section, bool isRequired, string example)
    {
        if (settings.Path(section, isRequired, example) is not { } path)
        {
            return null;
        }

        if (path.AsMember is null)
        {
            settings.Mistake(
                section,
                $"is '{StrictSection.Written(section.Value!)}'; what is said of a whole page is found by names alone, "
                    + $"from $: {example}.");
        }

        return path.AsMember;
    }
}
