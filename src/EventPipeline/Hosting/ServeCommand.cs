using EventPipeline.Google;
using EventPipeline.Google.Logging;
using EventPipeline.Vendors.Accounts;

namespace EventPipeline.Hosting;

/// <summary>The service on Google Cloud, until it is stopped.</summary>
internal static partial class ServeCommand
{
    public static async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        var builder = ServiceBuilder.Create(typeof(ServeCommand), "production");
        var mistakes = new List<string>();
        builder.ConfigureServer().ListenOnPort(mistakes);
        builder.AddCloudLogging(OperatorSettings.ReadLogLevel(builder.Configuration, LogLevel.Information, mistakes));
        builder.AddEventPipeline();
        builder.AddGoogle();
        builder.Services.AddSingleton(new DataLabel(null));

        await using var app = builder.Build();
        app.UseMiddleware<AccessLog>();
        app.MapEventPipeline();
        StartupCheck.Run(app.Services, mistakes);
        if (app.Services.GetRequiredService<ConfiguredAccounts>().All.Count == 0)
        {
            Log.NoAccounts(app.Logger);
        }

        await app.RunAsync(cancellationToken);
        return 0;
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "No account of any vendor is configured, so no run will read anything: set "
                + "Vendors__<Vendor>__Accounts__0__Name and …__Secret.")]
        public static partial void NoAccounts(ILogger logger);
    }
}
