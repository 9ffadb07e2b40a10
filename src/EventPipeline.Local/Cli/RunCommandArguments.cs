using System.Globalization;
using System.Text.Json.Nodes;

namespace EventPipeline.Local.Cli;

/// <summary>The arguments of <c>run</c>, as written: the service reads them as strictly as any trigger.</summary>
internal sealed record RunCommandArguments(
    string? Mode,
    string? Days,
    string? From,
    string? To,
    bool Force,
    string[]? Vendors,
    string[]? Accounts,
    string[]? Reports)
{
    /// <summary>The body of the request.</summary>
    public JsonObject ToBody()
    {
        var body = new JsonObject();
        Add(body, "mode", Mode);
        if (Days is not null)
        {
            body["days"] = int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
                ? days
                : Days;
        }

        Add(body, "from", From);
        Add(body, "to", To);
        if (Force)
        {
            body["force"] = true;
        }

        Add(body, "vendors", Vendors);
        Add(body, "accounts", Accounts);
        Add(body, "reports", Reports);
        return body;
    }

    private static void Add(JsonObject body, string name, string? value)
    {
        if (value is not null)
        {
            body[name] = value;
        }
    }

    private static void Add(JsonObject body, string name, string[]? values)
    {
        if (values is { Length: > 0 })
        {
            var names = values.SelectMany(value => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));
            body[name] = new JsonArray([.. names.Select(value => (JsonNode)value)]);
        }
    }
}
