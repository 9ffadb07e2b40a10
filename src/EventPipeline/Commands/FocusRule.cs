using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>A rule of FOCUS 1.2.</summary>
/// <param name="Ids">The ids of the requirements that it is of, as the specification's rules have them.</param>
/// <param name="IsMust">Whether it has to hold; false where the specification recommends it.</param>
/// <param name="Says">What it says; where no row can prove it, why.</param>
/// <param name="Broken">What is true of a row that breaks it, in SQL; null where no row can prove it.</param>
internal sealed record FocusRule(string Ids, bool IsMust, string Says, string? Broken)
{
    private const string Comment = "-- ";
    private const string Should = " should";

    /// <summary>Those that rows break: what each column may be, and what columns say of each other.</summary>
    public static IReadOnlyList<FocusRule> OfRows { get; } =
    [
        .. from column in FocusColumn.All
        where column.NotNull is not null
        select new FocusRule(
            $"{column.Name}-{column.NotNull}",
            !column.NotNull!.EndsWith('O'),
            $"{column.Name} is never null.",
            $"{column.Name} IS NULL"),
        .. from column in FocusColumn.All
        where column.Type == FocusType.Text
        select new FocusRule(
            $"NullHandling-A-002-M, StringHandling-A-007-M of {column.Name}",
            IsMust: true,
            $"{column.Name} is null rather than blank or a word for nothing.",
            $"LOWER(TRIM({column.Name})) IN ('', 'null', 'n/a', 'not applicable')"),
        .. Written().Where(rule => rule.Broken is not null),
    ];

    /// <summary>Those that no row can prove, with the reason.</summary>
    public static IReadOnlyList<FocusRule> NotChecked { get; } = [.. Written().Where(rule => rule.Broken is null)];

    /// <summary>
    /// The files of <c>Sql/focus</c>: each rule is a comment, <c>ids: what it says</c>, and the lines below it, which
    /// say what is true of a row that breaks it.
    /// </summary>
    private static IEnumerable<FocusRule> Written() =>
        from file in Statement.Files("focus")
        from block in Statement.Text(file).Split("\n\n")
        let lines = block.Trim().Split('\n')
        let about = lines[0][Comment.Length..].Split(": ", 2)
        where about.Length == 2 && about[0].Contains('-', StringComparison.Ordinal)
        let isMust = !about[0].EndsWith(Should, StringComparison.Ordinal)
        select new FocusRule(
            isMust ? about[0] : about[0][..^Should.Length],
            isMust,
            about[1],
            lines.Length == 1 ? null : string.Join('\n', lines.Skip(1)));
}
