using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator;

/// <summary>
/// <c>GET /_simulator/truth?vendor=&amp;account=&amp;report=&amp;from=&amp;to=</c>: what the vendor would serve now,
/// added up from the facts without any page, grouping code or wire format. Days are UTC and inclusive; decimals are
/// strings.
/// </summary>
internal static class Truth
{
    private const int MaxDays = 400;

    /// <summary>
    /// The sums of each day and of all of them. <c>group_by</c> (repeated) changes what a row is; without it the usual
    /// grouping applies, which is that by everything unless the report says otherwise.
    /// </summary>
    /// <exception cref="FormatException">A parameter is missing or unknown; the message names the nearest.</exception>
    public static JsonObject Create(
        IReadOnlyList<ISimulatedVendor> vendors, Func<string, IReadOnlyList<string>> parameters)
    {
        string One(string name) => parameters(name) is [.., { Length: > 0 } value]
            ? value
            : throw new FormatException(
                $"'{name}' is missing: /_simulator/truth?vendor=&account=&report=&from=YYYY-MM-DD&to=YYYY-MM-DD.");

        var vendor = Find("vendor", vendors, v => v.Name, One("vendor"));
        var account = Find("account", vendor.Accounts, a => a.Name, One("account"));
        var report = Find("report", vendor.Reports(account), r => r.Name, One("report"));
        var (from, to) = (Day("from", One("from")), Day("to", One("to")));
        if (to < from || to.DayNumber - from.DayNumber >= MaxDays)
        {
            throw new FormatException($"'to' must not be before 'from', and at most {MaxDays} days can be requested.");
        }

        var groupBy = parameters("group_by") is { Count: > 0 } asked
            ? asked
            : report.UsualGroupBy ?? [.. report.GroupBy.Keys];
        var dimensions = groupBy.SelectMany(name => Find("group_by", [.. report.GroupBy], g => g.Key, name).Value)
            .ToList();

        var days = Enumerable.Range(from.DayNumber, to.DayNumber - from.DayNumber + 1)
            .Select(DateOnly.FromDayNumber)
            .Select(day => Sum(day, [.. report.Facts(day)], report, dimensions))
            .ToList();
        return new JsonObject
        {
            ["vendor"] = vendor.Name,
            ["account"] = account.Name,
            ["report"] = report.Name,
            ["groupBy"] = new JsonArray([.. groupBy.Select(name => JsonValue.Create(name))]),
            ["days"] = new JsonArray([.. days.Select(day => Write(day, new JsonObject { ["day"] = day.Day.Text() }))]),
            ["total"] = Write(
                new Sums(
                    to,
                    days.Sum(d => d.Rows),
                    days.Sum(d => d.Tokens),
                    days.Sum(d => d.Usd),
                    Add(days.SelectMany(d => d.Quantities))),
                []),
        };
    }

    private static Sums Sum(DateOnly day, IReadOnlyList<Fact> facts, SimulatedReport report, List<string> dimensions) =>
        new(
        day,
        facts.Select(fact => Group.Key(fact, dimensions)).Distinct().Count(),
        facts.Sum(report.Tokens),
        facts.Sum(report.Usd),
        Add(facts.SelectMany(fact => fact.Quantities)));

    private static SortedDictionary<string, decimal> Add(IEnumerable<KeyValuePair<string, decimal>> quantities)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var (name, value) in quantities)
        {
            sums[name] = sums.GetValueOrDefault(name) + value;
        }

        return sums;
    }

    private static JsonObject Write(Sums sums, JsonObject json)
    {
        json["rows"] = sums.Rows;
        json["tokens"] = Text(sums.Tokens);
        json["usd"] = Text(sums.Usd);
        json["quantities"] = new JsonObject(
            sums.Quantities.Select(q => KeyValuePair.Create<string, JsonNode?>(q.Key, Text(q.Value))));
        return json;
    }

    private static T Find<T>(string what, IReadOnlyList<T> all, Func<T, string> name, string wanted) =>
        all.Where(one => name(one) == wanted).Take(1).ToList() is [var found]
            ? found
            : throw new FormatException(
                $"There is no {what} '{wanted}'. {Nearest.DidYouMean(wanted, all.Select(name))}");

    private static DateOnly Day(string name, string text) =>
        UtcDay.TryParse(text, out var day)
            ? day
            : throw new FormatException($"'{name}' is a day, YYYY-MM-DD, not '{text}'.");

    private static string Text(decimal value) =>
        value.ToString("0.############################", CultureInfo.InvariantCulture);

    private sealed record Sums(
        DateOnly Day, int Rows, decimal Tokens, decimal Usd, IReadOnlyDictionary<string, decimal> Quantities);
}
