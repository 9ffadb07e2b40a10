using EventPipeline.Benchmarks.Programs;

namespace EventPipeline.Benchmarks.Windows;

/// <summary>The simulated vendors as a process of their own.</summary>
internal sealed class SimulatedVendors : IAsyncDisposable
{
    private const int AccountsMeasured = 3;

    private static readonly Dictionary<string, string> Sections = new()
    {
        ["anthropic"] = "Anthropic",
        ["openai"] = "OpenAI",
    };

    private readonly ChildProcess _process;
    private readonly string _address;
    private readonly List<(string Vendor, string Name, string Key)> _accounts = [];

    private SimulatedVendors(ChildProcess process, string address) => (_process, _address) = (process, address);

    public static async Task<SimulatedVendors> StartAsync(Bench bench, CancellationToken cancellationToken)
    {
        var process = ChildProcess.StartDotnet(
            Bench.Local, ["simulate", "--port", "0"], new Dictionary<string, string>(), bench.NewFolder());
        var vendors = new SimulatedVendors(
            process, await process.LineAsync("SIMULATED vendors on ", cancellationToken));
        while (vendors._accounts.Count < AccountsMeasured)
        {
            // anthropic account SIMULATED-acme, key sk-ant-admin01-…
            var words = (await process.LineAsync("", cancellationToken)).Split(' ');
            var name = words[2].TrimEnd(',');
            if ((words[0] is "anthropic" or "openai") && (name is "SIMULATED-acme" or "SIMULATED-labs"))
            {
                vendors._accounts.Add((words[0], name, words[^1]));
            }
        }

        return vendors;
    }

    /// <summary>The settings with which a service reads all accounts, or one report of one.</summary>
    public IReadOnlyDictionary<string, string> Settings(bool isOne)
    {
        var settings = new Dictionary<string, string>();
        foreach (var vendor in _accounts.Take(isOne ? 1 : _accounts.Count).GroupBy(account => account.Vendor))
        {
            var section = $"Vendors__{Sections[vendor.Key]}";
            settings[$"{section}__BaseAddress"] = _address;
            foreach (var (index, account) in vendor.Index())
            {
                var variable = $"{vendor.Key.ToUpperInvariant()}_KEY_{index}";
                settings[$"{section}__Accounts__{index}__Name"] = account.Name;
                settings[$"{section}__Accounts__{index}__Secret"] = $"env:{variable}";
                settings[variable] = account.Key;
            }
        }

        if (isOne)
        {
            settings["Runs__GapDays"] = "0";
        }

        return settings;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
