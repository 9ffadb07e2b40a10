using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace EventPipeline.EndToEndTests.Containers;

/// <summary>
/// An emulator of Google's in a container, on the host's own network: it listens where it is told to, and its pushes reach what listens on this
/// machine. It needs Docker on Linux and an image registry; continuous integration has both.
/// </summary>
internal static class EmulatorContainer
{
    /// <summary>Set to <c>containers</c> where emulators shall run in containers, installed or not; what is missing is a failure then.</summary>
    public const string Variable = "EVENTPIPELINE_EMULATORS";

    /// <summary>Whether emulators shall run in containers.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable(Variable) == "containers";

    /// <summary>Why there can be no containers, for whoever reads of a skipped test.</summary>
    public static string Missing => $"Containers are not asked for: set {Variable}=containers where Docker and an image registry can be reached.";

    /// <summary>Pulls and starts one.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <param name="command">What it runs.</param>
    public static async Task<IContainer> StartAsync(string image, params string[] command)
    {
        var container = new ContainerBuilder(image)
            .WithCommand(command)
            .WithCreateParameterModifier(parameters => parameters.HostConfig!.NetworkMode = "host")
            .Build();
        await container.StartAsync(TestContext.Current.CancellationToken);
        return container;
    }
}
