using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>
/// A vendor's API: knows its paths, parameters, shapes and errors, and nothing about HTTP's mechanics or faults.
/// </summary>
internal interface ISimulatedVendor
{
    /// <summary>The vendor's name.</summary>
    string Name { get; }

    /// <summary>What every path of the vendor begins with.</summary>
    string Root { get; }

    /// <summary>What its paths begin with, where that is more than one thing.</summary>
    IReadOnlyList<string> Roots => [Root];

    /// <summary>The names, in its answers and parameters, of what faults change.</summary>
    PageNames Names { get; }

    /// <summary>The organisations.</summary>
    IReadOnlyList<SimulatedAccount> Accounts { get; }

    /// <summary>The reports of an organisation.</summary>
    IReadOnlyList<SimulatedReport> Reports(SimulatedAccount account);

    /// <summary>Whether the headers of a request to an unknown path show that it is meant for this vendor.</summary>
    bool IsMeant(IHeaderDictionary headers);

    /// <summary>Whose credential a request carries, good or limited; null if it is unknown.</summary>
    SimulatedAccount? Identify(IHeaderDictionary headers);

    /// <summary>The answer, errors included.</summary>
    SimulatedReply Answer(SimulatedRequest request);

    /// <summary>An error in the vendor's format.</summary>
    SimulatedReply Error(
        SimulatedRequest request, int status, string message, string? parameter = null, string? code = null);

    /// <summary>The headers of every answer with this status.</summary>
    IEnumerable<KeyValuePair<string, string>> Headers(SimulatedRequest request, int status);
}

/// <summary>The names, in a vendor's answers and parameters, of what faults change.</summary>
/// <param name="Items">The array of a page.</param>
/// <param name="Rows">The array of a bucket; null if the items are the rows.</param>
/// <param name="HasMore">The flag that says whether there is more; null if the vendor has none: then no paging fault
/// applies to it.</param>
/// <param name="Cursors">The members that lead on; a page has one of them.</param>
/// <param name="CursorParameters">The parameters that take them.</param>
/// <param name="GroupParameters">The parameters that ask for a grouping.</param>
/// <param name="Amounts">The members that hold money as text.</param>
internal sealed record PageNames(
    string Items,
    string? Rows,
    string? HasMore,
    IReadOnlyList<string> Cursors,
    IReadOnlyList<string> CursorParameters,
    IReadOnlyList<string> GroupParameters,
    IReadOnlyList<string> Amounts)
{
    /// <summary>The arrays of other pages, where a vendor's pages differ.</summary>
    public IReadOnlyList<string> OtherItems { get; init; } = [];

    /// <summary>The members that say how many there are on all pages.</summary>
    public IReadOnlyList<string> Totals { get; init; } = [];

    /// <summary>The array of this page.</summary>
    public string ItemsOf(JsonObject page) => OtherItems.FirstOrDefault(page.ContainsKey) ?? Items;
}
