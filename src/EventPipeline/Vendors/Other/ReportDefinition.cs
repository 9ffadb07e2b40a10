using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;

namespace EventPipeline.Vendors.Other;

/// <summary>How one page leads to the next.</summary>
internal enum PagingKind
{
    /// <summary>There is one page.</summary>
    None,

    /// <summary>By a text in the page, which goes into a parameter.</summary>
    Cursor,

    /// <summary>By the page's number.</summary>
    Page,

    /// <summary>By an address, in the header <c>Link</c> or in the page.</summary>
    Link,
}

/// <summary>How pages follow each other.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Parameter">The parameter that takes the cursor or the number; empty where none does.</param>
/// <param name="Shape">The members of a page that say what follows.</param>
/// <param name="TotalPages">The member that says how many pages there are; null where none does.</param>
/// <param name="FirstPage">The number of the first page.</param>
internal sealed record ReportPaging(
    PagingKind Kind, string Parameter, PageShape Shape, string? TotalPages, int FirstPage);

/// <summary>What is asked for.</summary>
/// <param name="Path">The path below the vendor's address, and perhaps a query.</param>
/// <param name="Query">Further parameters.</param>
/// <param name="Body">The JSON of a POST; null for a GET.</param>
/// <param name="Headers">Headers of the request.</param>
internal sealed record ReportRequest(
    string Path,
    IReadOnlyList<(string Name, string Value)> Query,
    string? Body,
    IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>Whether it asks for days; otherwise the vendor decides which it answers with.</summary>
    public bool AsksForDays => Query.Select(parameter => parameter.Value).Append(Path).Append(Body ?? "")
        .Any(RequestTemplate.AsksForDays);

    /// <summary>The request for some days.</summary>
    public VendorRequest Create(Window window, bool isArray)
    {
        var path = RequestTemplate.Fill(Path, window, Uri.EscapeDataString);
        var request = Body is null
            ? new VendorRequest(path)
            : VendorRequest.PostJson(path, RequestTemplate.Fill(Body, window, value => value));
        request = Query.Aggregate(
            request,
            (asked, parameter) =>
                asked.With(parameter.Name, RequestTemplate.Fill(parameter.Value, window, value => value)));
        return request with { Headers = Headers, MayBeLines = isArray };
    }
}

/// <summary>A report as the settings describe it.</summary>
/// <param name="Report">What the rest of the service knows of it.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Paging">How pages follow each other.</param>
/// <param name="Rows">The way to the rows.</param>
/// <param name="Day">Where a row says its day; null where it is the day that was asked for.</param>
/// <param name="RowLimit">How many items the vendor answers with at most, and says nothing of others.</param>
/// <param name="AddsEqualRows">Whether rows that agree in all that distinguishes them are parts of one.</param>
/// <param name="Shape">What the members of a row are for.</param>
/// <param name="Known">The members that are expected in each of the objects that a row is in.</param>
/// <param name="Grain">The name of its grouping.</param>
/// <param name="Tables">How rows become rows of tables.</param>
internal sealed record ReportDefinition(
    Report Report,
    ReportRequest Request,
    ReportPaging Paging,
    RowsPath Rows,
    RowMember? Day,
    int? RowLimit,
    bool AddsEqualRows,
    Shape Shape,
    IReadOnlyList<IReadOnlySet<string>> Known,
    string Grain,
    IReadOnlyList<TableMapping> Tables);

/// <summary>A vendor as the settings describe it.</summary>
/// <param name="Vendor">What the rest of the service knows of it.</param>
/// <param name="Protocol">How it is spoken to.</param>
/// <param name="Reports">Its reports.</param>
internal sealed record VendorDefinition(
    Vendor Vendor, Protocol.VendorProtocol Protocol, IReadOnlyList<ReportDefinition> Reports);
