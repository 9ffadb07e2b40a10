using EventPipeline.Google;
using EventPipeline.Hosting;

namespace EventPipeline.Commands;

/// <summary>The service on Google Cloud, until it is stopped.</summary>
internal static class ServeCommand
{
    public static async Task<int> ExecuteAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServeCommand).Assembly.GetName().Name,
            EnvironmentName = Environment.GetEnvironmentVariable("ENVIRONMENT") is { Length: > 0 } name ? name : "production",
        });
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
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
