using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EventPipeline.Commands;

/// <summary>The options that say what a run reads. The service reads them as strictly as any trigger.</summary>
internal static class RunRequestOptions
{
    public static Option<string?> Days { get; } = new("--days")
    {
        Description = "How many closed days to request, 1 to 30.",
        HelpName = "N",
    };

    public static Option<string?> From { get; } = new("--from")
    {
        Description = "The first day to request, UTC.",
        HelpName = "YYYY-MM-DD",
    };

    public static Option<string?> To { get; } = new("--to")
    {
        Description = "The last day to request, UTC, inclusive. Default: yesterday.",
        HelpName = "YYYY-MM-DD",
    };

    public static Option<string?> Mode { get; } = new("--mode")
    {
        Description = "production (the default), development or dry_run.",
        HelpName = "MODE",
    };

    private static readonly Option<string[]?> Vendors = Names("--vendors", "Only these vendors.");

    private static readonly Option<string[]?> Accounts = Names("--accounts", "Only these accounts.");

    private static readonly Option<string[]?> Reports = Names("--reports", "Only these reports.");

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Also read settled days, and load what has not changed.",
    };

    /// <summary>Adds to a command what every run can be asked, and what only this one can.</summary>
    public static void AddTo(Command command, params IEnumerable<Option> own)
    {
        foreach (var option in own.Concat([From, To, Vendors, Accounts, Reports, Force]))
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The body of the request.</summary>
    public static JsonObject ReadBody(ParseResult arguments)
    {
        var body = new JsonObject();
        Add(body, "mode", arguments.GetValue(Mode));
        if (arguments.GetValue(Days) is { } text)
        {
            body["days"] = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
                ? days
                : text;
        }

        Add(body, "from", arguments.GetValue(From));
        Add(body, "to", arguments.GetValue(To));
        if (arguments.GetValue(Force))
        {
            body["force"] = true;
        }

        Add(body, "vendors", arguments.GetValue(Vendors));
        Add(body, "accounts", arguments.GetValue(Accounts));
        Add(body, "reports", arguments.GetValue(Reports));
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

    private static Option<string[]?> Names(string name, string description) => new(name)
    {
        Description = $"{description} Separated by spaces or commas.",
        HelpName = "NAME …",
        AllowMultipleArgumentsPerToken = true,
    };
}
