using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Paging;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// How Anthropic pages: buckets and records by <c>next_page</c>, lists of names by the id of the last object.
/// </summary>
internal static class AnthropicPages
{
    private static readonly PageShape Pages = new("data")
    {
        HasMore = "has_more",
        Cursor = "next_page",
        Ignored = ["object", "first_id", "last_id", "next_page"],
    };

    private static readonly PageShape Lists = Pages with { Cursor = "last_id" };
    private static readonly BucketShape Bucket = new("starting_at", "ending_at", "results");

    /// <summary>A report in buckets.</summary>
    public static BucketQuery Buckets(IReadOnlyList<Grain> grains, Func<Grain, VendorRequest> request) =>
        new(grains, request, Pages, Bucket, "page");

    /// <summary>A report in records.</summary>
    public static ListQuery Records(VendorRequest request) => new(request, Pages, "page");

    /// <summary>A list of names.</summary>
    public static ListQuery Names(VendorRequest request) => new(request, Lists, "after_id") { CursorOfLast = "id" };
}
