using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using static EventPipeline.Local.Simulator.LiteLLM.LiteLLMRecords;

namespace EventPipeline.Local.Simulator.LiteLLM;

/// <summary>
/// <c>GET /user/daily/activity</c>: pages of records, the newest day first, each page added up by day and by whatever
/// they agree in. What one day has of a model and key may be on several pages.
/// </summary>
internal static class LiteLLMActivity
{
    public const string Name = "daily_activity";

    private const int MaxPage = 1_000_000;
    private const int MaxPageSize = 1_000;

    public static SimulatedReport Report(SimulatorOptions options, LiteLLMCompany company)
    {
        var book = Book(options, company);
        return new SimulatedReport(
            Name,
            "daily/activity",
            day => book.On(day).Select(Priced),
            SimulatedReport.Each(Model, ApiKey),
            new Dictionary<string, string> { [Model] = Model, [ApiKey] = ApiKey, [User] = User },
            group => Metrics(group.Facts))
        {
            Limits = new Dictionary<string, PageLimit>(),
            Tokens = fact => fact.Sum(Uncached) + fact.Sum(CacheRead) + fact.Sum(CacheWrite) + fact.Sum(Completion),
            Usd = fact => fact.Sum(Spend),
        };
    }

    public static JsonObject Answer(SimulatedRequest request, SimulatedReport report, DateOnly today)
    {
        if (request.Single("start_date") is not { } start || request.Single("end_date") is not { } end)
        {
            throw new RefusedException(400, "Please provide start_date and end_date");
        }

        var (page, size) = (Number(request, "page", 1, MaxPage), Number(request, "page_size", 50, MaxPageSize));
        var records = (
            from day in Days(Day(start), Day(end), today)
            from record in Group.Create(report.Facts(day).Where(fact => IsWanted(fact, request, report)), Dimensions)
            select (Day: day, record.Facts)).ToList();
        var shown = records.Skip((page - 1) * size).Take(size).ToList();
        return new JsonObject
        {
            ["results"] = new JsonArray(
                [.. shown.GroupBy(record => record.Day).Select(
                    day => Result(day.Key, [.. day.SelectMany(record => record.Facts)]))]),
            ["metadata"] = Metadata(
                Metrics([.. shown.SelectMany(record => record.Facts)]), page, (records.Count + size - 1) / size),
        };
    }

    private static bool IsWanted(Fact fact, SimulatedRequest request, SimulatedReport report) =>
        report.Filters.All(
            filter => request.Single(filter.Key) is not { } wanted || wanted == fact[filter.Value]);

    /// <summary>The days that have anything, the newest first.</summary>
    private static IEnumerable<DateOnly> Days(DateOnly from, DateOnly to, DateOnly today)
    {
        var first = from < Daybook.Founded ? Daybook.Founded : from;
        for (var day = to > today ? today : to; day >= first; day = day.AddDays(-1))
        {
            yield return day;
        }
    }

    private static DateOnly Day(string text) =>
        UtcDay.TryParse(text, out var day)
            ? day
            : throw new RefusedException(400, $"time data '{text}' does not match format '%Y-%m-%d'");

    private static int Number(SimulatedRequest request, string name, int byDefault, int max) =>
        request.Single(name) switch
        {
            null => byDefault,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= 1 && number <= max => number,
            _ => throw new RefusedException(
                422, $"Input should be a valid integer, at least 1 and at most {max}", name),
        };

    private static JsonObject Result(DateOnly day, IReadOnlyList<Fact> facts) => new()
    {
        ["date"] = day.Text(),
        ["metrics"] = Metrics(facts),
        ["breakdown"] = new JsonObject
        {
            ["mcp_servers"] = new JsonObject(),
            ["models"] = By(Model, facts),
            ["model_groups"] = By(ModelGroup, facts),
            ["providers"] = By(Provider, facts),
            ["endpoints"] = By(LiteLLMRecords.Endpoint, facts),
            ["api_keys"] = ByKey(facts),
            ["entities"] = By(User, facts),
        },
    };

    private static JsonObject By(string dimension, IReadOnlyList<Fact> facts) => Members(
        dimension,
        facts,
        group => new JsonObject
        {
            ["metrics"] = Metrics(group.Facts),
            ["metadata"] = new JsonObject(),
            ["api_key_breakdown"] = ByKey(group.Facts),
        });

    private static JsonObject ByKey(IReadOnlyList<Fact> facts) => Members(
        ApiKey,
        facts,
        group => new JsonObject
        {
            ["metrics"] = Metrics(group.Facts),
            ["metadata"] = new JsonObject
            {
                ["key_alias"] = group.Facts[0][KeyAlias],
                ["team_id"] = group.Facts[0][Team],
            },
        });

    private static JsonObject Members(string dimension, IReadOnlyList<Fact> facts, Func<Group, JsonObject> write) =>
        new(Group.Create(facts, [dimension]).Select(
            group => KeyValuePair.Create<string, JsonNode?>(group[dimension]!, write(group))));

    private static JsonObject Metrics(IReadOnlyList<Fact> facts)
    {
        decimal Sum(string quantity) => facts.Sum(fact => fact.Sum(quantity));
        var (read, written, completion) = (Sum(CacheRead), Sum(CacheWrite), Sum(Completion));
        var prompt = Sum(Uncached) + read + written;
        var (successful, failed) = (Sum(Successful), Sum(Failed));
        return new JsonObject
        {
            ["spend"] = Sum(Spend),
            ["prompt_tokens"] = prompt,
            ["completion_tokens"] = completion,
            ["cache_read_input_tokens"] = read,
            ["cache_creation_input_tokens"] = written,
            ["compression_saved_tokens"] = 0,
            ["compression_savings_spend"] = 0,
            ["prompt_caching_savings_spend"] = 0,
            ["autorouter_savings_spend"] = 0,
            ["total_tokens"] = prompt + completion,
            ["successful_requests"] = successful,
            ["failed_requests"] = failed,
            ["api_requests"] = successful + failed,
        };
    }

    // The sums are those of the page, the number of pages is that of all records.
    private static JsonObject Metadata(JsonObject metrics, int page, int pages)
    {
        var json = new JsonObject();
        foreach (var (name, value) in metrics)
        {
            json[name == "total_tokens" ? name : $"total_{name}"] = value?.DeepClone();
        }

        json["page"] = page;
        json["total_pages"] = pages;
        json["has_more"] = page < pages;
        return json;
    }
}
