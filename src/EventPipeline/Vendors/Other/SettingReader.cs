using System.Globalization;

namespace EventPipeline.Vendors.Other;

/// <summary>Reads single settings, and remembers every mistake under the name of its environment variable.</summary>
internal sealed class SettingReader
{
    private readonly List<string> _mistakes = [];

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Adds a mistake.</summary>
    /// <param name="section">The setting.</param>
    /// <param name="what">What is wrong, after its name, and what to do.</param>
    public void Mistake(IConfigurationSection section, string what) =>
        _mistakes.Add($"{StrictSection.Variable(section)} {what}");

    /// <summary>Refuses what a section must not hold.</summary>
    public void RequireOnly(IConfigurationSection section, IReadOnlyCollection<string> known)
    {
        _mistakes.AddRange(StrictSection.RefuseValue(section));
        _mistakes.AddRange(StrictSection.RefuseUnknown(section, known));
    }

    /// <summary>A text; null where it is missing or empty.</summary>
    public string? Text(IConfigurationSection section)
    {
        _mistakes.AddRange(StrictSection.RefuseSettings(section));
        return string.IsNullOrEmpty(section.Value) ? null : section.Value;
    }

    /// <summary>A text that has to be there.</summary>
    /// <param name="section">The setting.</param>
    /// <param name="example">What it may be, after "write".</param>
    public string? Required(IConfigurationSection section, string example)
    {
        if (Text(section) is { } text)
        {
            return text;
        }

        if (!section.GetChildren().Any())
        {
            Mistake(section, $"is missing; write {example}.");
        }

        return null;
    }

    /// <summary>A whole number; a default where it is missing.</summary>
    public int? Number(IConfigurationSection section, int least, int most, int? usual)
    {
        if (Text(section) is not { } text)
        {
            return usual;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Mistake(section, FormattableString.Invariant(
            $"is '{StrictSection.Written(text)}'; it takes a whole number from {least} to {most}."));
        return usual;
    }

    /// <summary>One of some words; null where it is missing or another.</summary>
    public string? Word(IConfigurationSection section, IReadOnlyCollection<string> words, bool isRequired)
    {
        var text = isRequired ? Required(section, Choice(words)) : Text(section);
        if (text is null || words.Contains(text))
        {
            return text;
        }

        Mistake(section, $"is '{StrictSection.Written(text)}'; it takes {Choice(words)}.");
        return null;
    }

    /// <summary>A path; null where it is missing or not one.</summary>
    public JsonPath? Path(IConfigurationSection section, bool isRequired, string example)
    {
        if ((isRequired ? Required(section, $"a path, such as {example}") : Text(section)) is not { } text)
        {
            return null;
        }

        if (JsonPath.TryParse(text) is { } path && (path.Steps.Count > 0 || path.IsName))
        {
            return path;
        }

        Mistake(section, $"is '{StrictSection.Written(text)}', which is not a path; write one such as {example}.");
        return null;
    }

    /// <summary>The names and values below a section.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs(IConfigurationSection section)
    {
        _mistakes.AddRange(StrictSection.RefuseValue(section));
        return [.. section.GetChildren().Select(child => (child.Key, Text(child) ?? ""))];
    }

    private static string Choice(IReadOnlyCollection<string> words) => string.Join(" or ", words);
}
