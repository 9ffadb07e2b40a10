
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>A vendor's API: knows its paths, parameters, shapes and errors, and nothing of HTTP's mechanics or of faults.</summary>
internal interface ISimulatedVendor
{
    /// <summary>The vendor's name.</summary>
    string Name { get; }

    /// <summary>What every path of the vendor begins with.</summary>
    string Root { get; }

    /// <summary>The organisations.</summary>
    IReadOnlyList<SimulatedAccount> Accounts { get; }

    /// <summary>The reports of an organisation.</summary>
    IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account);

    /// <summary>Whose credential a request carries, good or limited; null when it is not known.</summary>
    SimulatedAccount? Identify(IHeaderDictionary headers);

    /// <summary>The answer, errors included.</summary>
    VendorReply Answer(VendorRequest request);

    /// <summary>An error in the vendor's format.</summary>
    VendorReply Error(VendorRequest request, int status, string message, string? parameter = null, string? code = null);

    /// <summary>The headers of every answer with this status.</summary>
    IEnumerable<KeyValuePair<string, string>> Headers(VendorRequest request, int status);
}
