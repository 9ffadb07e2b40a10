using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Other;

/// <summary>Reads a vendor that the settings describe.</summary>
internal sealed class OtherConnector(VendorDefinition definition, VendorApi api) : IVendorConnector
{
    public Vendor Vendor => definition.Vendor;

    /// <summary>Nothing: the settings do not say where an answer names the organisation.</summary>
    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(OrganizationIds.None);

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var report = definition.Reports.FirstOrDefault(known => known.Report.Name == fetch.Window.Report)
            ?? throw Vendor.NoSuchReport(fetch.Window.Report);
        return new ReportReading(api, new Conversation(fetch, definition.Protocol), fetch, report)
            .FetchAsync(cancellationToken);
    }
}
