namespace EventPipeline.Shared;

/// <summary>Says everything that is wrong with the settings at once, so that one restart is enough.</summary>
public sealed class ConfigurationMistakesException(IReadOnlyList<string> mistakes)
    : Exception(
        $"The settings have {(mistakes.Count == 1 ? "a mistake" : $"{mistakes.Count} mistakes")}:{Environment.NewLine}"
        + string.Join(Environment.NewLine, mistakes.Select(mistake => $"- {mistake}")))
{
    /// <summary>One sentence each: the setting, what is wrong, what to do.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
