using Microsoft.Extensions.Options;

namespace EventPipeline.Shared;

/// <summary>How a section of the settings becomes options.</summary>
internal static class SettingsExtensions
{
    /// <summary>
    /// Binds a section. Text that cannot be read, such as letters for a number, and what <see cref="StrictSection"/>
    /// refuses are mistakes like any other, so that they are reported together with those of other sections and do not
    /// hide them.
    /// </summary>
    public static OptionsBuilder<TOptions> BindSection<TOptions>(this OptionsBuilder<TOptions> options, string section)
        where TOptions : class => options.Configure<IConfiguration>((value, configuration) =>
    {
        List<string> mistakes = [.. Mistakes(configuration.GetSection(section), typeof(TOptions))];
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

    private static IEnumerable<string> Mistakes(IConfigurationSection section, Type type)
    {
        var known = type.GetProperties().Where(property => property.CanWrite)
            .ToDictionary(
                property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        return StrictSection.RefuseUnknown(section, known.Keys).Concat(section.GetChildren()
            .Where(child => known.ContainsKey(child.Key))
            .SelectMany(child => OfProperty(child, known[child.Key], ofSection: type)));
    }

    private static IEnumerable<string> OfProperty(IConfigurationSection child, Type type, Type ofSection)
    {
        if (type.Assembly == ofSection.Assembly && type.IsClass)
        {
            return StrictSection.RefuseValue(child).Concat(Mistakes(child, type));
        }

        var isOneValue = type.IsValueType || type == typeof(string) || type == typeof(Uri);
        return isOneValue ? StrictSection.RefuseSettings(child) : StrictSection.RefuseValue(child);
    }
}
