using EventPipeline.Local.Simulator.Data;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>A vendor that can be played.</summary>
/// <param name="Name">The vendor's name.</param>
/// <param name="Section">The name of its settings under <c>Vendors:</c>.</param>
/// <param name="Accounts">Its organisations under a seed, with keys.</param>
/// <param name="Create">Makes its API.</param>
internal sealed record SimulatedVendor(
    string Name,
    string Section,
    Func<int, IReadOnlyList<SimulatedAccount>> Accounts,
    Func<SimulatorOptions, ISimulatedVendor> Create)
{
    /// <summary>A vendor that a connector reads.</summary>
    public SimulatedVendor(
        Vendor vendor,
        Func<int, IReadOnlyList<SimulatedAccount>> accounts,
        Func<SimulatorOptions, ISimulatedVendor> create)
        : this(vendor.Name, vendor.Section, accounts, create)
    {
    }

    /// <summary>The file that describes it to the service; null where a connector reads it.</summary>
    public string? Description { get; private init; }

    /// <summary>A vendor that the settings describe, by a file that comes with the program.</summary>
    /// <param name="name">The vendor's name; its file is called after it.</param>
    /// <param name="accounts">Its organisations under a seed, with keys.</param>
    /// <param name="create">Makes its API.</param>
    public static SimulatedVendor Described(
        string name,
        Func<int, IReadOnlyList<SimulatedAccount>> accounts,
        Func<SimulatorOptions, ISimulatedVendor> create) => new(name, $"Other:{name}", accounts, create)
        {
            Description = Path.Combine(AppContext.BaseDirectory, "Vendors", "Other", $"{name}.json"),
        };
}
