using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Status;

/// <summary>
/// The pages of a list: a Link header with <c>rel="next"</c> leads from one to the next (RFC 8288).
/// </summary>
internal static class Page
{
    private const string Parameter = "page";

    /// <summary>Reads the parameter of a list that says where its page begins.</summary>
    public static ProblemHttpResult? Read(string? page, out ListPlace? after)
    {
        after = page is null ? null : ListPlace.TryParse(page);
        return page is null || after is not null
            ? null
            : QueryParameters.Bad(
                $"{Parameter} is {Shown.Quoted(page)}; take it from the Link header of the page before.");
    }

    /// <summary>Names the next page: the same question, after another place; null where there is none.</summary>
    public static void NameNext(HttpContext context, ListPlace? after)
    {
        if (after is null)
        {
            return;
        }

        var request = context.Request;
        var query = QueryString.Create(
            request.Query
                .Where(parameter => !parameter.Key.Equals(Parameter, StringComparison.OrdinalIgnoreCase))
                .SelectMany(one => one.Value, (one, value) => KeyValuePair.Create(one.Key, value))
                .Append(KeyValuePair.Create(Parameter, (string?)$"{after}")));
        context.Response.Headers.Link = $"<{request.PathBase}{request.Path}{query}>; rel=\"next\"";
    }
}
