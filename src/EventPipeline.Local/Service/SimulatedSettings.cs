using EventPipeline.Local.Simulator;

namespace EventPipeline.Local.Service;

/// <summary>The settings of the simulated vendors' accounts, their keys in the process's environment.</summary>
internal static class SimulatedSettings
{
    /// <param name="seed">The simulator's seed.</param>
    /// <param name="address">Where the simulator listens.</param>
    public static IReadOnlyDictionary<string, string?> Create(int seed, Uri address)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var vendor in SimulatedVendors.All)
        {
            var section = $"{LocalService.VendorsSection}:{vendor.Section}";
            settings[$"{section}:BaseAddress"] = address.AbsoluteUri;
            if (vendor.Description is not null)
            {
                settings[section] = $"file:{vendor.Description}";
            }

            foreach (var (index, account) in vendor.Accounts(seed).Index())
            {
                var variable = $"EVENTPIPELINE_SIMULATED_{vendor.Name.ToUpperInvariant()}_{index}";
                Environment.SetEnvironmentVariable(variable, account.Key);
                settings[$"{section}:Accounts:{index}:Name"] = account.Name;
                settings[$"{section}:Accounts:{index}:Secret"] = $"env:{variable}";
                if (account.Source is not null)
                {
                    settings[$"{section}:Accounts:{index}:Source"] = account.Source;
                }

                if (account.Scope is not null)
                {
                    settings[$"{section}:Accounts:{index}:Scope"] = account.Scope;
                }
            }
        }

        return settings;
    }
}
