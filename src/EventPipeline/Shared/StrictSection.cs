namespace EventPipeline.Shared;

/// <summary>
/// Refuses everything in a section of the settings that would be ignored. Every mistake begins with the name of its
/// environment variable, which is how people set it.
/// </summary>
internal static class StrictSection
{
    /// <summary>The environment variable that sets a section: <c>Vendors__Acme__Accounts</c>.</summary>
    public static string Variable(IConfigurationSection section) =>
        section.Path.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>What was written, inside a sentence: cut after 80 characters.</summary>
    public static string Written(string value) => Shown.Plain(value, 80);

    /// <summary>A mistake for every name in a section that is not a setting.</summary>
    public static IEnumerable<string> RefuseUnknown(IConfigurationSection section, IReadOnlyCollection<string> known) =>
        from child in section.GetChildren()
        where !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        let name = Variable(child)
        select $"{name} is not a setting. {Nearest.DidYouMean(name, NamesIn(section, known))}";

    /// <summary>A mistake where a section has a value beside the settings below it.</summary>
    public static IEnumerable<string> RefuseValue(IConfigurationSection section) => string.IsNullOrEmpty(section.Value)
        ? []
        : [$"{Variable(section)} is a section, not a value; the settings are below it."];

    /// <summary>A mistake where a value has settings below it.</summary>
    public static IEnumerable<string> RefuseSettings(IConfigurationSection value) => value.GetChildren().Any()
        ? [$"{Variable(value)} is a value, not a section; there are no settings below it."]
        : [];

    private static IEnumerable<string> NamesIn(IConfigurationSection section, IEnumerable<string> known) =>
        known.Select(key => $"{Variable(section)}__{key}");
}
