using System.Net;
using System.Text.Json;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Ledger;

/// <summary>What people and scripts ask over HTTP.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeStatusTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private static readonly DateOnly Day = new(2025, 1, 1);
    private readonly ServiceHost _host = fixture.Host;

    [Fact]
    public async Task Runs_are_a_list_newest_first_and_each_is_told_with_its_windows()
    {
        var first = await RunAsync(Day);
        var second = await RunAsync(Day.AddDays(1), ",\"mode\":\"development\"");

        var runs = (await _host.GetAsync("runs")).EnumerateArray().ToList();
        runs.Select(run => run.GetProperty("runId").GetString()).Take(2).ShouldBe([second, first]);
        runs.ShouldAllBe(run => run.GetProperty("state").GetString() == "completed");
        (await _host.GetAsync("runs?limit=1")).GetArrayLength().ShouldBe(1);
        var run = await _host.GetAsync($"runs/{first}");
        run.GetProperty("totals")
            .GetProperty("usd")
            .GetString()
            .ShouldBe(CostRows.UsdOf(Day).ToString(System.Globalization.CultureInfo.InvariantCulture));
        run.GetProperty("windows").EnumerateArray().Single().GetProperty("from").GetString().ShouldBe("2025-01-01");
        run.TryGetProperty("label", out _).ShouldBeFalse();
        var status = await _host.GetAsync("status");
        status.GetProperty("lastRun").GetProperty("runId").GetString().ShouldBe(second);
        status.GetProperty("openDeadLetters").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_run_nobody_heard_of_is_not_found()
    {
        var problem = await _host.GetAsync("runs/20250101-0123456789ab", HttpStatusCode.NotFound);

        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("20250101-0123456789ab");
    }

    [Fact]
    public async Task Slices_are_filtered_by_vendor_account_report_and_days()
    {
        await RunAsync(new DateOnly(2025, 2, 1), ",\"to\":\"2025-02-03\"");

        (await SlicesAsync("vendor=anthropic&account=acme&report=cost&from=2025-02-01&to=2025-02-03"))
            .ShouldBe(["2025-02-03", "2025-02-02", "2025-02-01"]);
        (await SlicesAsync("from=2025-02-02&to=2025-02-02")).ShouldBe(["2025-02-02"]);
        (await SlicesAsync($"account={ServiceHost.Organization}&from=2025-02-03&to=2025-02-28"))
            .ShouldBe(["2025-02-03"]);
        (await SlicesAsync("from=2025-02-01&to=2025-02-03&limit=2")).ShouldBe(["2025-02-03", "2025-02-02"]);
        (await SlicesAsync("vendor=openai&from=2025-02-01")).ShouldBeEmpty();
        (await SlicesAsync("report=claude_code&from=2025-02-01")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("slices?from=2025-02-30", "from")]
    [InlineData("slices?to=yesterday", "to")]
    [InlineData("slices?from=", "from")]
    [InlineData("slices?limit=0", "limit")]
    [InlineData("slices?limit=10001", "limit")]
    [InlineData("slices?limit=all", "limit")]
    [InlineData("runs?limit=-1", "limit")]
    [InlineData("runs?limit=99999999999999", "limit")]
    [InlineData("dead-letters?state=opened", "'open'")]
    [InlineData("dead-letters?limit=0", "limit")]
    public async Task A_filter_that_cannot_be_read_is_refused_by_name(string path, string named) =>
        (await _host.GetAsync(path, HttpStatusCode.BadRequest))
            .GetProperty("detail")
            .GetString()
            .ShouldNotBeNull()
            .ShouldContain(named);

    [Fact]
    public async Task Vendors_are_told_with_their_reports_accounts_and_freshness()
    {
        await RunAsync(new DateOnly(2025, 3, 1));

        var vendors = (await _host.GetAsync("vendors"))
            .GetProperty("vendors")
            .EnumerateArray()
            .ToDictionary(vendor => vendor.GetProperty("vendor").GetString()!);

        vendors.Keys.ShouldBe(["anthropic", "cursor", "github_copilot", "openai", "openrouter"]);
        vendors["openai"].GetProperty("reports").GetArrayLength().ShouldBe(13);
        var account = vendors["anthropic"].GetProperty("accounts").EnumerateArray().Single();
        account.GetProperty("account").GetString().ShouldBe("acme");
        var cost = account.GetProperty("reports").EnumerateArray().Single();
        cost.GetProperty("accountId").GetString().ShouldBe(ServiceHost.Organization);
        cost.GetProperty("dataCompleteUntil").GetString().ShouldNotBeNull();
        cost.GetProperty("lastError").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("nothing/here")]
    [InlineData("runs/a/b")]
    public async Task A_path_that_does_not_exist_is_answered_with_those_that_do(string path)
    {
        var problem = await _host.GetAsync(path, HttpStatusCode.NotFound);

        var endpoints = problem.GetProperty("endpoints")
            .EnumerateArray()
            .Select(endpoint => endpoint.GetString())
            .ToList();
        endpoints.ShouldBeSubsetOf(endpoints.Distinct());
        new[]
        {
            "POST /run-daily-job", "GET /runs", "GET /runs/{id}", "GET /health", "GET /dead-letters",
            "POST /dead-letters/{id}/replay", "POST /events/run-requested",
        }
            .ShouldBeSubsetOf(endpoints);
    }

    [Fact]
    public async Task OpenAPI_describes_every_endpoint_for_people()
    {
        var paths = (await _host.GetAsync("openapi/v1.json")).GetProperty("paths");

        foreach (var (path, method) in new[]
        {
            ("/status", "get"),
            ("/runs", "get"),
            ("/runs/{id}", "get"),
            ("/slices", "get"),
            ("/vendors", "get"),
            ("/dead-letters", "get"),
            ("/dead-letters/{id}", "get"),
            ("/dead-letters/{id}/replay", "post"),
            ("/dead-letters/{id}/discard", "post"),
            ("/run-daily-job", "post"), ("/health", "get"), ("/ready", "get"), ("/liveness", "get"),
        })
        {
            paths.TryGetProperty(path, out var item).ShouldBeTrue(path);
            item.GetProperty(method).GetProperty("summary").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public async Task OpenAPI_names_every_operation_its_callers_and_its_refusals()
    {
        var document = await _host.GetAsync("openapi/v1.json");
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, operation.Value)))
            .ToList();

        var ids = operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).ToList();
        ids.ShouldBeUnique();
        ids.ShouldContain("pauseRun");
        ids.ShouldContain("receiveFetchRequested");
        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("google");
        (scheme.GetProperty("type").GetString(), scheme.GetProperty("scheme").GetString()).ShouldBe(("http", "bearer"));
        foreach (var (path, operation) in operations)
        {
            var statuses = operation.GetProperty("responses").EnumerateObject().Select(one => one.Name).ToList();
            statuses.ShouldContain(status => status.StartsWith('2'), path);
            statuses.ShouldContain("500", path);
            var isOpen = path is "/liveness" or "/ready" or "/health" or "/query";
            operation.TryGetProperty("security", out _).ShouldBe(!isOpen, path);
            statuses.Contains("401").ShouldBe(!isOpen, path);
        }

        Statuses("/dead-letters/{id}/replay", "post")
            .ShouldBe(["200", "400", "401", "403", "404", "409", "413", "500", "503"], ignoreOrder: true);
        Statuses("/runs/{id}/pause", "post")
            .ShouldBe(["200", "400", "401", "403", "404", "409", "413", "500", "503"], ignoreOrder: true);

        IEnumerable<string> Statuses(string path, string method) => document.GetProperty("paths").GetProperty(path)
            .GetProperty(method).GetProperty("responses").EnumerateObject().Select(one => one.Name);
    }

    [Fact]
    public async Task OpenAPI_describes_money_of_every_basis()
    {
        var schemas = (await _host.GetAsync("openapi/v1.json")).GetProperty("components").GetProperty("schemas");

        foreach (var name in new[] { "RunTotals", "WindowDocument", "SliceTotals" })
        {
            var required = schemas.GetProperty(name)
                .GetProperty("required")
                .EnumerateArray()
                .Select(one => one.GetString());
            new[] { "usd", "estimatedUsd" }.ShouldBeSubsetOf(required);
            var properties = schemas.GetProperty(name).GetProperty("properties");
            properties.GetProperty("usd").GetProperty("format").GetString().ShouldBe("decimal", name);
            properties.GetProperty("estimatedUsd").GetProperty("format").GetString().ShouldBe("decimal", name);
            properties.TryGetProperty("money", out _).ShouldBeFalse(name);
            properties.GetProperty("otherUsd").GetProperty("additionalProperties").GetProperty("format").GetString()
                .ShouldBe("decimal", name);
        }
    }

    private async Task<string> RunAsync(DateOnly day, string more = "")
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var to = more.Contains("\"to\"", StringComparison.Ordinal) ? "" : $",\"to\":\"{day:yyyy-MM-dd}\"";
        return (await _host.RunAsync($$"""{"vendors":["anthropic"],"reports":["cost"],"from":"{{day:yyyy-MM-dd}}"{{to}}{{more}}}""")).RunId;
    }

    private async Task<IEnumerable<string?>> SlicesAsync(string query) =>
        (await _host.GetAsync($"slices?{query}"))
            .GetProperty("slices")
            .EnumerateArray()
            .Select(slice => slice.GetProperty("day").GetString())
            .ToList();
}
