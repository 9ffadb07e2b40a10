using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.GitHubCopilot;

/// <summary>What a test makes GitHub answer about an organization, or an enterprise.</summary>
internal sealed class CopilotStub : IDisposable
{
    public const string Name = "github_copilot";
    public const string Credits = "/organizations/acme/settings/billing/ai_credit/usage";
    public const string Requests = "/organizations/acme/settings/billing/premium_request/usage";
    public const string Users = "/orgs/acme/copilot/metrics/reports/users-1-day";
    public const string Organization = "/orgs/acme/copilot/metrics/reports/organization-1-day";
    public const string Seats = "/orgs/acme/copilot/billing/seats";

    public CopilotStub(TimeProvider? clock = null, string kind = "organizations") =>
        Bench = new VendorBench(Vendor, clock) { Scope = new AccountScope(kind, "acme") };

    public StubVendor Vendor { get; } = new();

    public VendorBench Bench { get; }

    /// <summary>Answers the next request to a path.</summary>
    public CopilotStub On(
        string path,
        string body,
        HttpStatusCode status = HttpStatusCode.OK,
        params (string Name, string Value)[] headers)
    {
        Vendor.On(path, body, status, headers);
        return this;
    }

    /// <summary>Answers with links to files, which are then answered.</summary>
    public CopilotStub OnReport(string path, string day, params IReadOnlyList<string> files)
    {
        var links = files.Select((_, i) => $"\"https://copilot-reports.github.com{path}/{day}/{i}?sig=SECRET\"");
        On(path, $$"""{"download_links":[{{string.Join(',', links)}}],"report_day":"{{day}}"}""");
        foreach (var (i, file) in files.Index())
        {
            On($"{path}/{day}/{i}", file);
        }

        return this;
    }

    public async Task<List<T>> RowsAsync<T>(string report, string from, string? to = null)
        where T : VendorRecord =>
        [.. (await Bench.ReadAsync(Name, report, from, to ?? from)).OfType<T>()];

    public static string File(string name) => System.IO.File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "Vendors", "GitHubCopilot", "answers", name));

    public void Dispose()
    {
        Bench.Dispose();
        Vendor.Dispose();
    }
}
