using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Local.Simulator;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The vendors, simulated by a process of their own.</summary>
public class Simulation : IAsyncLifetime
{
    /// <summary>
    /// What time it is for vendors and triggers. Far ahead, so that no read of a test is ever settled, whatever day it
    /// really is.
    /// </summary>
    public const string Now = "2098-06-15T06:00:00Z";

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private LocalProcess? process;

    /// <summary>Where they listen.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>Everyone who is served.</summary>
    internal IReadOnlyList<ServedAccount> Accounts { get; private set; } = [];

    public async ValueTask InitializeAsync() => await StartAsync(Now);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        http.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another simulation, at another time.</summary>
    internal static async Task<Simulation> AtAsync(string now, int seed = 1)
    {
        var simulation = new Simulation();
        await simulation.StartAsync(now, seed);
        return simulation;
    }

    /// <summary>The settings that make the service read these accounts, all of them unless some are named.</summary>
    internal Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["Runs__GapDays"] = "0",
            ["Broker__MinimumBackoff"] = "00:00:00.050",
            ["Broker__MaximumBackoff"] = "00:00:01",
        };
        foreach (var account in Accounts)
        {
            settings[KeyOf(account)] = account.Key;
        }

        AddVendors(settings, Accounts, account => $"env:{KeyOf(account)}");
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>Adds the settings of accounts, and the descriptions of those vendors that are described.</summary>
    internal void AddVendors(
        Dictionary<string, string> settings,
        IEnumerable<ServedAccount> accounts,
        Func<ServedAccount, string> secretOf)
    {
        foreach (var vendor in accounts.GroupBy(account => account.Vendor))
        {
            var played = SimulatedVendors.All.Single(played => played.Name == vendor.Key);
            var section = $"Vendors__{played.Section.Replace(":", "__", StringComparison.Ordinal)}";
            settings[$"{section}__BaseAddress"] = Address.AbsoluteUri;
            if (played.Description is { } file)
            {
                settings[section] = File.ReadAllText(file);
            }

            foreach (var (index, account) in vendor.Index())
            {
                settings[$"{section}__Accounts__{index}__Name"] = account.Name;
                settings[$"{section}__Accounts__{index}__Secret"] = secretOf(account);
                if (account.Source is { } source)
                {
                    settings[$"{section}__Accounts__{index}__Source"] = source;
                }

                if (account.Scope is { } scope)
                {
                    settings[$"{section}__Accounts__{index}__Scope"] = scope;
                }
            }
        }
    }

    /// <summary>Replaces the faults by these.</summary>
    internal async Task FailAsync(params object[] rules)
    {
        using var answer = await http.PutAsJsonAsync("_simulator/faults", rules, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
    }

    /// <summary>Ends every fault.</summary>
    internal Task MendAsync() => FailAsync();

    /// <summary>How often the faults have hit.</summary>
    internal async Task<int> HitsAsync() =>
        (await GetAsync("_simulator/faults")).EnumerateArray().Sum(rule => rule.GetProperty("hits").GetInt32());

    /// <summary>What was asked since the simulation started: path and query.</summary>
    internal async Task<IReadOnlyList<string>> RequestsAsync() =>
        [
            .. (await GetAsync("_simulator/requests"))
            .EnumerateArray()
            .Select(request => request.GetProperty("path").GetString()!),
        ];

    /// <summary>What the vendor would answer now, per day, added up without paging or wire format.</summary>
    internal async Task<IReadOnlyList<TrueDay>> TruthAsync(
        string vendor, string account, string report, DateOnly from, DateOnly to)
    {
        var truth = await GetAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"_simulator/truth?vendor={vendor}&account={account}&report={report}&from={from:yyyy-MM-dd}"
                + $"&to={to:yyyy-MM-dd}"));
        return [.. truth.GetProperty("days").EnumerateArray().Select(day => new TrueDay(
            DateOnly.ParseExact(day.GetProperty("day").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            day.GetProperty("rows").GetInt64(),
            Exact(day.GetProperty("tokens")),
            Exact(day.GetProperty("usd")),
            day.GetProperty("quantities")
                .EnumerateObject()
                .ToDictionary(quantity => quantity.Name, quantity => Exact(quantity.Value))))];
    }

    /// <summary>The variable that an account's key is in: those of a vendor are numbered.</summary>
    private string KeyOf(ServedAccount account)
    {
        var index = Accounts.Where(one => one.Vendor == account.Vendor).ToList().IndexOf(account);
        return string.Create(CultureInfo.InvariantCulture, $"KEY_{account.Vendor.ToUpperInvariant()}_{index}");
    }

    private static decimal Exact(JsonElement text) =>
        decimal.Parse(text.GetString()!, NumberStyles.Number, CultureInfo.InvariantCulture);

    private async Task StartAsync(string now, int seed = 1)
    {
        process = LocalProcess.Start(
            folder.Path,
            new Dictionary<string, string>(),
            "simulate", "--port", "0", "--now", now, "--seed", string.Create(CultureInfo.InvariantCulture, $"{seed}"));
        http.BaseAddress = new Uri(await process.LineAsync("SIMULATED vendors on "));
        var all = await GetAsync("_simulator");
        Accounts = [.. all.GetProperty("accounts").EnumerateArray().Select(account => new ServedAccount(
            account.GetProperty("vendor").GetString()!,
            account.GetProperty("name").GetString()!,
            account.GetProperty("key").GetString()!,
            account.GetProperty("limitedKey").GetString()!,
            account.GetProperty("source").GetString(),
            account.GetProperty("scope").GetString(),
            [.. account.GetProperty("reports").EnumerateArray().Select(report => report.GetString()!)]))];
    }

    private async Task<JsonElement> GetAsync(string path) =>
        await http.GetFromJsonAsync<JsonElement>(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
}

/// <summary>An organisation that the simulation serves.</summary>
internal sealed record ServedAccount(
    string Vendor,
    string Name,
    string Key,
    string LimitedKey,
    string? Source,
    string? Scope,
    IReadOnlyList<string> Reports);

/// <summary>What is true of a day of a report.</summary>
internal sealed record TrueDay(
    DateOnly Day, long Rows, decimal Tokens, decimal Usd, IReadOnlyDictionary<string, decimal> Quantities)
{
    /// <summary>All of it: two days are the same when their texts are.</summary>
    public override string ToString()
    {
        var quantities = Quantities.Select(quantity => FormattableString.Invariant($"{quantity.Key}={quantity.Value}"));
        return FormattableString.Invariant($"{Day:yyyy-MM-dd} {Rows} {Tokens} {Usd} {string.Join(' ', quantities)}");
    }
}
