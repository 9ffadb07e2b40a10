using EventPipeline.Google.PubSub;
using EventPipeline.Local.Broker;

namespace EventPipeline.Local.PubSubEmulator;

internal static class EmulatorExtensions
{
    /// <summary>
    /// Uses Pub/Sub's emulator, at <c>PUBSUB_EMULATOR_HOST</c>, in place of the built-in broker: its topics and
    /// subscriptions exist once the service has started.
    /// </summary>
    public static IServiceCollection AddPubSubEmulator(this IServiceCollection services)
    {
        services.AddBrokerOptions();
        services.AddHttpClient<EmulatorTopology>(PubSubServiceCollectionExtensions.UsePubSub)
            .ConfigurePrimaryHttpMessageHandler(PubSubServiceCollectionExtensions.BypassProxyOnThisMachine);
        services.AddHostedService<EmulatorSetup>();
        return services;
    }

    /// <summary>Makes the topology between the server's start and the first message.</summary>
    private sealed class EmulatorSetup(EmulatorTopology topology) : IHostedLifecycleService
    {
        public Task StartedAsync(CancellationToken cancellationToken) => topology.CreateAsync(cancellationToken);

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
