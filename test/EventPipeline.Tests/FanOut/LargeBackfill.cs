using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.FanOut;

/// <summary>A backfill of more windows than never wait: most of a year of six reports, of days without rows.</summary>
internal static class LargeBackfill
{
    private static readonly string[] Usage =
        ["completions", "embeddings", "moderations", "images", "audio_speeches", "audio_transcriptions"];

    /// <summary>The vendor answers it, and Anthropic's costs.</summary>
    public static void Arrange(ServiceHost host)
    {
        foreach (var report in Usage)
        {
            host.Vendor.OnDays($"/v1/organization/usage/{report}", _ => "");
        }

        host.Vendor.OnDays(CostRows.Path, CostRows.Of);
    }

    /// <summary>The request: 300 to 40 days before yesterday.</summary>
    public static string Of(ServiceHost host, string more = "")
    {
        var (from, to) = (host.Yesterday.AddDays(-300), host.Yesterday.AddDays(-40));
        var reports = string.Join(",", Usage.Select(name => $"\"{name}_usage\""));
        return $$"""{"vendors":["openai"],"reports":[{{reports}}],"from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"{{more}}}""";
    }
}
