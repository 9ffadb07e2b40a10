using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Simulator;

/// <summary>
/// A simulator on a port of its own, at a Monday afternoon that stands still, with a client for each vendor.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    public const string Acme = "SIMULATED-acme";
    public const string Labs = "SIMULATED-labs";

    private readonly WebApplication _application;

    private SimulatorHost(WebApplication application, FakeTimeProvider clock, int seed)
    {
        (_application, Clock) = (application, clock);
        Accounts = [.. SimulatedVendors.All.SelectMany(vendor => vendor.Accounts(seed))];
        Anonymous = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) };
    }

    public FakeTimeProvider Clock { get; }

    public IReadOnlyList<SimulatedAccount> Accounts { get; }

    public HttpClient Anonymous { get; }

    /// <summary>The base address of every vendor's API.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>Starts it with the vendors that are simulated everywhere, and others.</summary>
    public static async Task<SimulatorHost> StartAsync(
        int seed = 7, DateTimeOffset? now = null, params IReadOnlyList<SimulatedVendor> others)
    {
        var clock = new FakeTimeProvider(now ?? new DateTimeOffset(2026, 11, 23, 14, 20, 0, TimeSpan.Zero));
        var application = SimulatorApplication.Build(
            new SimulatorOptions(seed, clock), port: 0, [.. others, .. SimulatedVendors.All]);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new SimulatorHost(application, clock, seed);
    }

    public SimulatedAccount Account(string vendor, string name = Acme) =>
        Accounts.Single(a => a.Vendor == vendor && a.Name == name);

    public HttpClient Anthropic(string account = Acme)
    {
        var client = new HttpClient { BaseAddress = new Uri(Anonymous.BaseAddress!, "/v1/organizations/") };
        client.DefaultRequestHeaders.Add("x-api-key", Account("anthropic", account).Key);
        client.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
        return client;
    }

    public HttpClient OpenAI()
    {
        var client = new HttpClient { BaseAddress = new Uri(Anonymous.BaseAddress!, "/v1/organization/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Account("openai").Key);
        return client;
    }

    public async Task FaultsAsync(string rules)
    {
        using var content = new StringContent(rules);
        using var answer = await Anonymous.PutAsync(
            "/_simulator/faults", content, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<JsonNode> TruthAsync(
        string vendor, string report, string from, string to, string account = Acme, string more = "") =>
        await JsonAsync(
            Anonymous,
            $"/_simulator/truth?vendor={vendor}&account={account}&report={report}&from={from}&to={to}{more}");

    /// <summary>What the rows of a report add up to.</summary>
    public async Task<SimulatedTotal> TotalAsync(SimulatedAccount account, string report, DateOnly from, DateOnly to)
    {
        var truth = await TruthAsync(account.Vendor, report, $"{from:yyyy-MM-dd}", $"{to:yyyy-MM-dd}", account.Name);
        return new SimulatedTotal(truth["total"]!);
    }

    public static async Task<JsonNode> JsonAsync(HttpClient client, string address) =>
        JsonNode.Parse(await client.GetStringAsync(address, TestContext.Current.CancellationToken))!;

    /// <summary>Every item of <c>data</c> over all pages.</summary>
    public static async Task<IReadOnlyList<JsonNode>> PagesAsync(HttpClient client, string address)
    {
        var items = new List<JsonNode>();
        for (string? page = ""; page is not null;)
        {
            var body = await JsonAsync(
                client, page.Length == 0 ? address : $"{address}&page={Uri.EscapeDataString(page)}");
            items.AddRange(body["data"]!.AsArray().Select(item => item!));
            page = (string?)body["next_page"];
            ((bool)body["has_more"]!).ShouldBe(page is not null);
        }

        return items;
    }

    /// <summary>Every result of some buckets.</summary>
    public static IEnumerable<JsonNode> Rows(IEnumerable<JsonNode> buckets) =>
        buckets.SelectMany(bucket => bucket["results"]!.AsArray()).Select(row => row!);

    /// <summary>A number, or a string that holds one.</summary>
    public static decimal Exact(JsonNode? node) =>
        decimal.Parse(node!.ToString(), NumberStyles.Number, CultureInfo.InvariantCulture);

    public static long Unix(string day) =>
        DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();

    public static async Task<(int Status, JsonNode Body, HttpResponseHeaders Headers)> SendAsync(
        HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>(
            JsonSerializerOptions.Web, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, body!, answer.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await _application.StopAsync(TestContext.Current.CancellationToken);
        await _application.DisposeAsync();
    }
}
