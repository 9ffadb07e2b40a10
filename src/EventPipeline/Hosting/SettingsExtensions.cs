using Microsoft.Extensions.Options;

namespace EventPipeline.Hosting;

/// <summary>How a section of the settings becomes options.</summary>
internal static class SettingsExtensions
{
    /// <summary>
    /// Binds a section. Text that cannot be read, such as letters for a number, is a mistake like any other, so that it is reported together with
    /// those of other sections and does not hide them.
    /// </summary>
    public static OptionsBuilder<TOptions> BindSection<TOptions>(this OptionsBuilder<TOptions> options, string section)
        where TOptions : class => options.Configure<IConfiguration>((value, configuration) =>
    {
        try
        {
            configuration.GetSection(section).Bind(value);
        }
        catch (InvalidOperationException unreadable)
        {
            throw new OptionsValidationException(options.Name, typeof(TOptions), [unreadable.Message]);
        }
    });
}
