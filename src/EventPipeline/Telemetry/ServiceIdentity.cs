using System.Reflection;

namespace EventPipeline.Telemetry;

/// <summary>What the service calls itself, in traces, in Error Reporting and to vendors.</summary>
internal static class ServiceIdentity
{
    /// <summary>The service's version: the assembly's, without the commit.</summary>
    public static string Version { get; } =
        (
            typeof(
                ServiceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
                ?? "0")
            .Split('+')[0];

    /// <summary>The service's name: Cloud Run's, or its own.</summary>
    public static string Name(IConfiguration configuration) => configuration["K_SERVICE"] is { Length: > 0 } name
        ? name
        : "eventpipeline";
}
