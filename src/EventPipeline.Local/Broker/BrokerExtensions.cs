using EventPipeline.Fetch;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Broker;

internal static class BrokerExtensions
{
    /// <summary>
    /// Replaces Pub/Sub with a broker on this machine: the publisher publishes to the service's own address, wherever
    /// that is once it has started, and <see cref="LocalBroker"/> pushes back.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="folder">
    /// The data folder; messages that are not acknowledged are kept in <c>broker</c> below it.
    /// </param>
    public static IServiceCollection AddLocalBroker(this IServiceCollection services, string folder)
    {
        services.AddBrokerOptions();
        services.AddSingleton(
            provider => ActivatorUtilities.CreateInstance<MessageStore>(provider, Path.Combine(folder, "broker")));
        services.AddSingleton<Pusher>();
        services.AddSingleton<LocalBroker>();
        services.AddHostedService(provider => provider.GetRequiredService<LocalBroker>());

        services.PostConfigure<PubSubOptions>(options => options.BaseAddress = new Uri("http://127.0.0.1/"));
        services.AddTransient<ToOwnAddressHandler>();
        services.AddHttpClient(nameof(PubSubPublisher)).AddHttpMessageHandler<ToOwnAddressHandler>();
        return services;
    }

    /// <summary>Maps Pub/Sub's REST API for publishing.</summary>
    public static void MapLocalBroker(this IEndpointRouteBuilder routes) => routes.MapPublish();

    /// <summary>What the broker and the emulator's topology have in common.</summary>
    internal static IServiceCollection AddBrokerOptions(this IServiceCollection services)
    {
        var longest = TimeSpan.FromMinutes(10);
        services.AddOptionsWithValidateOnStart<BrokerOptions>()
            .BindSection(BrokerOptions.Section)
            .Validate(
                o => o.AckDeadline > TimeSpan.Zero && o.AckDeadline <= longest,
                "Broker__AckDeadline takes more than 00:00:00, up to 00:10:00.")
            .Validate(
                o => o.MinimumBackoff >= TimeSpan.Zero && o.MinimumBackoff <= longest,
                "Broker__MinimumBackoff takes 00:00:00 to 00:10:00.")
            .Validate(
                o => o.MaximumBackoff >= TimeSpan.Zero && o.MaximumBackoff <= longest,
                "Broker__MaximumBackoff takes 00:00:00 to 00:10:00.")
            .Validate(o => o.MaxDeliveryAttempts is >= 1 and <= 100, "Broker__MaxDeliveryAttempts takes 1 to 100.")
            .Validate(o => o.MaxOutstanding is >= 1 and <= 1_000, "Broker__MaxOutstanding takes 1 to 1000.");
        services.AddOptions<AttemptOptions>().Configure<IOptions<BrokerOptions>>(
            (attempt, broker) =>
                (attempt.PushDeadline, attempt.DeliveriesTake) = (
                    broker.Value.AckDeadline, broker.Value.DeliveriesTake));
        services.AddSingleton<OwnAddress>();
        return services;
    }
}
