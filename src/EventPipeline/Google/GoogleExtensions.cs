using EventPipeline.Google.BigQuery;

namespace EventPipeline.Google;

/// <summary>Google Cloud's services in place of one machine's.</summary>
internal static class GoogleExtensions
{
    /// <summary>Registers the edges that the service has on Google Cloud.</summary>
    public static WebApplicationBuilder AddGoogle(this WebApplicationBuilder builder)
    {
        builder.Services.AddBigQuery(builder.Configuration);
        return builder;
    }
}
