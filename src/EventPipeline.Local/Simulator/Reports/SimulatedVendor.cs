using EventPipeline.Local.Simulator.Data;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>A vendor that can be played.</summary>
/// <param name="Vendor">The vendor as the service knows it.</param>
/// <param name="Accounts">Its organisations under a seed, with keys.</param>
/// <param name="Create">Makes its API.</param>
internal sealed record SimulatedVendor(
    Vendor Vendor,
    Func<int, IReadOnlyList<SimulatedAccount>> Accounts,
    Func<SimulatorOptions, ISimulatedVendor> Create);
