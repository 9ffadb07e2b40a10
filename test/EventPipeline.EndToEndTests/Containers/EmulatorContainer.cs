using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace EventPipeline.EndToEndTests.Containers;

/// <summary>
/// An emulator of Google's in a container, on the host's own network: it listens where it is told to, and its pushes
/// reach what listens on this machine. It needs Docker on Linux and an image registry; continuous integration has both.
/// </summary>
internal sealed class EmulatorContainer : IAsyncDisposable
{
    /// <summary>
    /// Set to <c>containers</c> where emulators shall run in containers, installed or not; what is missing is a failure
    /// then.
    /// </summary>
    public const string Variable = "EVENTPIPELINE_EMULATORS";

    private readonly IContainer container;
    private readonly Task<long> exit;

    private EmulatorContainer(IContainer container)
    {
        this.container = container;
        exit = container.GetExitCodeAsync(CancellationToken.None); // the container's own State is that of its start
    }

    /// <summary>Whether emulators shall run in containers.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable(Variable) == "containers";

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => exit.IsCompleted;

    /// <summary>
    /// Skips a test that only a container can serve, where none are asked for. That is no machine's lack, so it is
    /// accepted everywhere; <c>.ci/run</c> knows such a skip by these words.
    /// </summary>
    public static void Require()
    {
        if (!IsAsked)
        {
            Assert.Skip(
                $"Containers are not asked for: set {Variable}=containers where Docker and an image registry can be "
                    + "reached.");
        }
    }

    /// <summary>Pulls and starts one.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <param name="command">What it runs.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no Docker, or it cannot get or start the image; the message says so.
    /// </exception>
    public static async Task<EmulatorContainer> StartAsync(string image, params string[] command)
    {
        IContainer? container = null;
        try
        {
            container = new ContainerBuilder(image)
                .WithCommand(command)
                .WithCreateParameterModifier(parameters => parameters.HostConfig!.NetworkMode = "host")
                .Build();
            await container.StartAsync(TestContext.Current.CancellationToken);
            return new EmulatorContainer(container);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await (container?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw new InvalidOperationException(
                $"{Variable} asks for containers, and '{image}' could not be started: {failure.Message} See whether "
                    + $"`docker run --network host {image}` "
                    + $"works here; without {Variable} the tests run on what is installed.",
                failure);
        }
    }

    /// <summary>All that it has said so far.</summary>
    public async Task<string> SaidAsync()
    {
        var (output, error) = await container.GetLogsAsync(ct: CancellationToken.None);
        return output + error;
    }

    public ValueTask DisposeAsync() => container.DisposeAsync();
}
