namespace EventPipeline.Tests.Service;

/// <summary>Cost as Anthropic reports it, where a test cares for nothing but the money.</summary>
internal static class CostRows
{
    public const string Path = "/v1/organizations/cost_report";

    public static string Row(string cents, string description = "Tokens", string? workspace = null) =>
        $$"""{"amount":"{{cents}}","currency":"USD","description":"{{description}}","workspace_id":{{(workspace is null ? "null" : $"\"{workspace}\"")}}}""";

    /// <summary>A day's row, cents that no other day has.</summary>
    public static string Of(DateOnly day) => Row($"{day.DayNumber}.25");

    public static decimal UsdOf(DateOnly day) => (day.DayNumber + 0.25m) / 100;
}
