using EventPipeline.Hosting;
using EventPipeline.Load;
using EventPipeline.Local.Broker;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.PubSubEmulator;
using EventPipeline.Local.Shared;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Status;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Http;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Service;

/// <summary>
/// The same service on one machine: a DuckDB file, a built-in broker or Pub/Sub's emulator and, if no account is
/// configured, the simulated vendors.
/// </summary>
internal sealed class LocalService : IAsyncDisposable
{
    /// <summary>The section of the settings that every vendor's is in.</summary>
    public const string VendorsSection = "Vendors";

    private readonly WebApplication _app;
    private readonly WebApplication? _simulator;
    private readonly FileStream _lock;

    private LocalService(WebApplication app, WebApplication? simulator, DataFolder folder, FileStream @lock)
    {
        _app = app;
        _simulator = simulator;
        _lock = @lock;
        Folder = folder;
    }

    /// <summary>Where the data is.</summary>
    public DataFolder Folder { get; }

    /// <summary>Where the service listens.</summary>
    public Uri Address => _app.Services.GetRequiredService<OwnAddress>().Get();

    /// <summary>What the service is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the simulator listens; null when accounts are configured.</summary>
    public Uri? SimulatorAddress { get; private init; }

    /// <summary>Whether any vendor setting exists: then only configured accounts are read.</summary>
    public static bool HasConfiguredAccounts(IConfiguration configuration) =>
        configuration.GetSection(VendorsSection).GetChildren().Any(child => child.GetChildren().Any());

    /// <summary>
    /// The settings a process starts with: the environment, and <c>appsettings.json</c> of the current folder.
    /// </summary>
    public static IConfigurationRoot Settings() => new ConfigurationBuilder()
        .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .Build();

    /// <summary>Starts the service.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="taken">The lock on it.</param>
    /// <param name="settings">What the command line says.</param>
    /// <param name="port">The port on the loopback address; 0 for any free one.</param>
    /// <param name="logLevel">What is logged, to standard error, unless the environment says otherwise.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ConfigurationMistakesException">The settings are wrong; every mistake is named.</exception>
    public static Task<LocalService> StartAsync(
        DataFolder folder,
        FileStream taken,
        LocalSettings settings,
        int port,
        LogLevel logLevel,
        CancellationToken cancellationToken) =>
        StartAsync(folder, taken, settings, port, logLevel, _ => { }, cancellationToken);

    /// <summary>Starts the service with its edges replaced or its settings given, just before it is built.</summary>
    internal static async Task<LocalService> StartAsync(
        DataFolder folder,
        FileStream taken,
        LocalSettings settings,
        int port,
        LogLevel logLevel,
        Action<WebApplicationBuilder> configure,
        CancellationToken cancellationToken)
    {
        WebApplication? simulator = null;
        Uri? simulatorAddress = null;
        var builder = ServiceBuilder.Create(typeof(LocalService), "local");
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.ConfigureServer();
        var mistakes = new List<string>();
        Log(builder, OperatorSettings.ReadLogLevel(builder.Configuration, logLevel, mistakes));
        try
        {
            if (folder.Simulated)
            {
                simulator = SimulatorApplication.Build(
                    new SimulatorOptions(settings.Seed, settings.Clock), 0, SimulatedVendors.All);
                await simulator.StartAsync(cancellationToken);
                simulatorAddress = new Uri(simulator.Urls.First());
                builder.Configuration.AddInMemoryCollection(SimulatedSettings.Create(settings.Seed, simulatorAddress));
            }

            var app = Build(builder, folder, settings, configure);
            StartupCheck.Run(app.Services, mistakes);

            // A file that cannot be opened ends the command here, instead of failing every request.
            _ = app.Services.GetRequiredService<IWarehouse>();
            await app.StartAsync(cancellationToken);
            var service = new LocalService(app, simulator, folder, taken) { SimulatorAddress = simulatorAddress };
            if (app.Services.GetRequiredService<IOptions<BrokerOptions>>().Value.Delivers)
            {
                // Other processes ask it; one that delivers nothing would keep them waiting.
                await File.WriteAllTextAsync(folder.AddressFile, service.Address.AbsoluteUri, cancellationToken);
            }

            return service;
        }
        catch
        {
            if (simulator is not null)
            {
                await simulator.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Runs until the process is stopped.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) =>
        _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        File.Delete(Folder.AddressFile);
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        await _lock.DisposeAsync();
    }

    private static WebApplication Build(
        WebApplicationBuilder builder,
        DataFolder folder,
        LocalSettings settings,
        Action<WebApplicationBuilder> configure)
    {
        builder.AddEventPipeline();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddLoopbackAccess();
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(folder.Label);
        builder.Services.AddSingleton(new TriggerClock(settings.Clock));
        if (folder.Simulated)
        {
            // What a vendor documents would keep a first run waiting for minutes, for nobody's sake.
            builder.Services.AddSingleton(
                services => new BackPressure(services.GetRequiredService<TimeProvider>()) { KeepsToLimits = false });
        }

        builder.Services.AddSingleton<DuckDbWarehouse>();
        builder.Services.AddSingleton<IWarehouse>(provider => provider.GetRequiredService<DuckDbWarehouse>());
        var usesEmulator = builder.Configuration["PUBSUB_EMULATOR_HOST"] is { Length: > 0 };
        if (usesEmulator)
        {
            builder.Services.AddPubSubEmulator();
        }
        else
        {
            builder.Services.AddLocalBroker(folder.Path);
        }

        configure(builder);
        var app = builder.Build();
        app.MapQuery();
        if (!usesEmulator)
        {
            app.MapLocalBroker();
        }

        app.MapEventPipeline();
        return app;
    }

    private static void Log(WebApplicationBuilder builder, LogLevel level)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });

        // Standard output is reserved for results.
        builder.Services.Configure<ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddLevels(level);
    }
}
