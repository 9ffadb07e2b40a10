using Microsoft.Extensions.Options;

namespace EventPipeline.Shared;

/// <summary>How a section of the settings becomes options.</summary>
internal static class SettingsExtensions
{
    /// <summary>
    /// Binds a section. Text that cannot be read, such as letters for a number, and a name that is no setting are mistakes like any other, so that
    /// they are reported together with those of other sections and do not hide them.
    /// </summary>
    public static OptionsBuilder<TOptions> BindSection<TOptions>(this OptionsBuilder<TOptions> options, string section)
        where TOptions : class => options.Configure<IConfiguration>((value, configuration) =>
    {
        List<string> mistakes = [.. Unknown(configuration.GetSection(section), typeof(TOptions))];
        try
        {
            configuration.GetSection(section).Bind(value);
        }
        catch (InvalidOperationException unreadable)
        {
            mistakes.Add(unreadable.Message);
        }

        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(options.Name, typeof(TOptions), mistakes);
        }
    });

    private static IEnumerable<string> Unknown(IConfigurationSection section, Type type)
    {
        var known = type.GetProperties().Where(property => property.CanWrite).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var property))
            {
                var name = section.Path.Replace(":", "__", StringComparison.Ordinal);
                yield return $"{name}__{child.Key} is not a setting; did you mean {name}__{Nearest.To(child.Key, known.Keys)}?";
            }
            else if (property.PropertyType.Assembly == type.Assembly && property.PropertyType.IsClass)
            {
                foreach (var mistake in Unknown(child, property.PropertyType))
                {
                    yield return mistake;
                }
            }
        }
    }
}
