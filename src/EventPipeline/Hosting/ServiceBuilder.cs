namespace EventPipeline.Hosting;

/// <summary>
/// Begins a program that serves: its settings come from the environment and from <c>appsettings.json</c> of the current
/// folder, both read once.
/// </summary>
internal static class ServiceBuilder
{
    /// <param name="program">A type of the program's own assembly.</param>
    /// <param name="usualEnvironment">What the environment is called where <c>ENVIRONMENT</c> does not say.</param>
    public static WebApplicationBuilder Create(Type program, string usualEnvironment) =>
        WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = program.Assembly.GetName().Name,
            ContentRootPath = Environment.CurrentDirectory,
            EnvironmentName = Environment.GetEnvironmentVariable("ENVIRONMENT") is { Length: > 0 } name
                ? name
                : usualEnvironment,

            // Settings are read at the start. To notice changes, .NET would watch every folder below the current one.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
}
