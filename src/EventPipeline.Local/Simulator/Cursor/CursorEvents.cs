using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.Cursor;

/// <summary><c>POST /teams/filtered-usage-events</c>: one event each, the newest first.</summary>
internal static class CursorEvents
{
    public const string Name = "usage_events";
    public const string Path = "filtered-usage-events";

    /// <summary>What an event costs, in cents, fee included.</summary>
    public const string Charged = "charged_cents";

    private const string Fee = "fee_cents";
    private const string Units = "request_units";
    private const string Number = "number";
    private const decimal CentsPerUnit = 4m;
    private const decimal Discount = 10m;

    private static readonly (string Name, string Field, decimal CentsPerToken)[] TokenKinds =
    [
        ("input", "inputTokens", 0.0003m),
        ("output", "outputTokens", 0.0015m),
        ("cache_write", "cacheWriteTokens", 0.000375m),
        ("cache_read", "cacheReadTokens", 0.00003m),
    ];

    private static readonly string[] Models = ["claude-4.5-sonnet", "gpt-5", "composer-1"];

    public static SimulatedReport Report(SimulatorOptions options, CursorCompany company)
    {
        var book = new Daybook(options, $"{company.Scope}/events", [.. Patterns(company)]);
        return new SimulatedReport(
            Name,
            Path,
            day => CursorHistory.IsKept(options, day) ? Numbered(book.On(day)) : [],
            SimulatedReport.Each(Number),
            new Dictionary<string, string>
            {
                ["userEmail"] = "user", ["serviceAccountId"] = "service_account",
            },
            _ => [])
        {
            Limits = new Dictionary<string, PageLimit>(),
            Tokens = fact => TokenKinds.Sum(kind => fact.Sum(kind.Name)),
            Usd = fact => fact.Sum(Charged) / 100,
        };
    }

    /// <summary>One event as it is answered. What does not apply is absent.</summary>
    public static JsonObject Write(Fact fact)
    {
        var json = new JsonObject
        {
            ["timestamp"] = fact.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["userEmail"] = fact["user"],
        };
        AddIfThere(json, "serviceAccountId", fact["service_account"]);
        AddIfThere(json, "serviceAccountName", fact["service_account_name"]);
        AddIfThere(json, "conversationId", fact["conversation"]);
        var isTokenBased = fact["kind"] == "Usage-based";
        json["model"] = fact["model"];
        json["kind"] = fact["kind"];
        json["maxMode"] = fact["max_mode"] == "true";
        json["requestsCosts"] = fact.Sum(Units);
        json["isTokenBasedCall"] = isTokenBased;
        json["isChargeable"] = isTokenBased;
        json["isHeadless"] = fact["service_account"] is not null;
        if (isTokenBased)
        {
            var tokens = new JsonObject(
                TokenKinds.Select(
                    kind => KeyValuePair.Create<string, JsonNode?>(kind.Field, (long)fact.Sum(kind.Name))));
            tokens["totalCents"] = ModelCents(fact);
            if (HasDiscount(fact))
            {
                tokens["discountPercentOff"] = Discount;
            }

            json["tokenUsage"] = tokens;
        }

        json["chargedCents"] = fact.Sum(Charged);
        if (isTokenBased)
        {
            json["cursorTokenFee"] = fact.Sum(Fee);
        }

        return json;
    }

    // Some events are there twice, in everything: nothing but their number tells them apart.
    private static IEnumerable<Fact> Numbered(IEnumerable<Fact> facts)
    {
        var number = 0;
        foreach (var fact in facts.SelectMany(fact => fact.At.Minute % 15 == 0 ? [fact, fact] : new[] { fact }))
        {
            var priced = Priced(fact);
            yield return priced with
            {
                Dimensions = new Dictionary<string, string?>(priced.Dimensions)
                {
                    [Number] = (number++).ToString(CultureInfo.InvariantCulture),
                },
            };
        }
    }

    /// <summary>The price of what is known of an event by now: it changes with that.</summary>
    private static Fact Priced(Fact fact)
    {
        var isTokenBased = fact["kind"] == "Usage-based";
        var fee = TokenKinds.Sum(kind => fact.Sum(kind.Name)) * 0.000025m;
        var charged = isTokenBased
            ? (ModelCents(fact) * (HasDiscount(fact) ? 1 - (Discount / 100) : 1)) + fee
            : fact.Sum(Units) * CentsPerUnit;
        return fact with
        {
            Quantities = new Dictionary<string, decimal>(fact.Quantities)
            {
                [Charged] = charged,
                [Fee] = isTokenBased ? fee : 0,
            },
        };
    }

    private static decimal ModelCents(Fact fact) =>
        TokenKinds.Sum(kind => fact.Sum(kind.Name) * kind.CentsPerToken);

    private static bool HasDiscount(Fact fact) => fact["model"] == Models[1];

    private static IEnumerable<Pattern> Patterns(CursorCompany company)
    {
        foreach (var (person, i) in company.People.Select((person, i) => (person, i)))
        {
            var conversation = company.NewId("", $"conversation/{i}");
            var model = Models[i % Models.Length];
            yield return new Pattern(
                DimensionsOf(person.Email, model, conversation, "Usage-based", i % 4 == 0), 75, Use);
            yield return new Pattern(DimensionsOf(person.Email, model, null, "Included in Business", false), 40, Ask);
        }

        var automation = DimensionsOf(company.People[0].Email, Models[0], null, "Usage-based", false);
        automation["service_account"] = company.ServiceAccount;
        automation["service_account_name"] = "SIMULATED automation";
        yield return new Pattern(automation, 90, Use);

        // At midnight: the first moment of a day belongs to it, and to no other.
        yield return new Pattern(
            DimensionsOf(company.People[1].Email, Models[2], null, "Usage-based", false), 100, Use) { Once = true };
    }

    private static Dictionary<string, string?> DimensionsOf(
        string user, string model, string? conversation, string kind, bool maxMode) => new()
    {
        ["user"] = user,
        ["service_account"] = null,
        ["service_account_name"] = null,
        ["model"] = model,
        ["conversation"] = conversation,
        ["kind"] = kind,
        ["max_mode"] = maxMode ? "true" : "false",
    };

    private static Dictionary<string, decimal> Use(Random dice) => new()
    {
        ["input"] = dice.Next(50, 40_000),
        ["output"] = dice.Next(20, 9_000),
        ["cache_write"] = dice.Next(0, 60_000),
        ["cache_read"] = dice.Next(0, 400_000),
        [Units] = dice.Next(1, 12),
    };

    private static Dictionary<string, decimal> Ask(Random dice) => new() { [Units] = dice.Next(1, 30) / 5m };

    private static void AddIfThere(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }
}
