using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Paging;

namespace EventPipeline.Vendors.OpenAI;

/// <summary>
/// How OpenAI pages: buckets by <c>next_page</c>, lists of names by the id of the last object, which it does not
/// promise to repeat as <c>last_id</c>.
/// </summary>
internal static class OpenAIPages
{
    private static readonly PageShape Pages = new("data")
    {
        HasMore = "has_more",
        Cursor = "next_page",
        Ignored = ["object", "first_id", "last_id", "next_page"],
    };

    private static readonly PageShape Lists = Pages with { Cursor = "last_id" };
    private static readonly BucketShape Bucket = new(
        "start_time", "end_time", "results") { Type = ("object", "bucket") };

    /// <summary>A report in buckets.</summary>
    public static BucketQuery Buckets(IReadOnlyList<Grain> grains, Func<Grain, VendorRequest> request) =>
        new(grains, request, Pages, Bucket, "page");

    /// <summary>A list of names.</summary>
    public static ListQuery Names(VendorRequest request) => new(request, Lists, "after") { CursorOfLast = "id" };
}
