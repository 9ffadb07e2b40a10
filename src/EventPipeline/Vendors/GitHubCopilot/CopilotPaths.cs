using System.Globalization;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// Where an organization's or an enterprise's reports are. Their addresses differ by what they are about.
/// </summary>
/// <param name="scope">What is read.</param>
internal sealed class CopilotPaths(AccountScope scope)
{
    public const string Organizations = "organizations";
    public const string Enterprises = "enterprises";

    public bool IsOrganization => scope.Kind == Organizations;

    /// <summary>What one of them is called in the rows.</summary>
    public string Word => IsOrganization ? "organization" : "enterprise";

    /// <summary>What an organization says of itself.</summary>
    public string Self => Api;

    /// <summary>The licences.</summary>
    public string Seats => $"{Api}/copilot/billing/seats?per_page=100";

    private string Api => IsOrganization ? $"orgs/{scope.Name}" : $"enterprises/{scope.Name}";

    /// <summary>The links to a day's report.</summary>
    public string Metrics(string report, DateOnly day) => string.Create(
        CultureInfo.InvariantCulture, $"{Api}/copilot/metrics/reports/{report}?day={day:yyyy-MM-dd}");

    /// <summary>What a day costs.</summary>
    public string Billing(string product, DateOnly day) => string.Create(
        CultureInfo.InvariantCulture,
        $"{scope}/settings/billing/{product}/usage?year={day.Year}&month={day.Month}&day={day.Day}");
}
