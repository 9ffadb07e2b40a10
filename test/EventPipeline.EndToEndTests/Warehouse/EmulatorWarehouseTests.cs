namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// The contract, kept by an emulator that others wrote. What it cannot do is tested on our stand-in alone:
/// <see cref="StandInWarehouseTests"/>.
/// </summary>
public sealed class EmulatorWarehouseTests(
    EmulatorWarehouse server) : WarehouseContract(server), IClassFixture<EmulatorWarehouse>;
