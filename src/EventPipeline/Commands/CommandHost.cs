
namespace EventPipeline.Commands;

/// <summary>
/// What an operator's command needs from the service: the same settings, from the same places, and the services that
/// use them.
/// </summary>
internal static class CommandHost
{
    /// <param name="add">Registers what the command uses.</param>
    /// <exception cref="ConfigurationMistakesException">
    /// With every mistake in the settings of what was registered.
    /// </exception>
    public static IHost Build(Action<HostApplicationBuilder> add)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ApplicationName = typeof(CommandHost).Assembly.GetName().Name,
            EnvironmentName = Environment.GetEnvironmentVariable("ENVIRONMENT") is { Length: > 0 } name
                ? name
                : "production",
        });
        var mistakes = new List<string>();

        // Standard output belongs to the command.
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(
            OperatorSettings.ReadLogLevel(builder.Configuration, LogLevel.Critical, mistakes));
        builder.Services.AddSingleton(TimeProvider.System);
        add(builder);

        var host = builder.Build();
        StartupCheck.Run(host.Services, mistakes);
        return host;
    }
}
