using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Status;

/// <summary>Reads the query parameters of people's requests; each says in its refusal what it takes.</summary>
internal static class QueryParameters
{
    /// <summary>A number of rows.</summary>
    public static ProblemHttpResult? ReadLimit(string? text, int usual, int max, out int limit)
    {
        limit = usual;
        return text is null
            || (
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                    && limit >= 1
                    && limit <= max)
            ? null
            : Bad(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"limit is {Shown.Quoted(text)}; give a whole number from 1 to {max}."));
    }

    /// <summary>A UTC day.</summary>
    public static ProblemHttpResult? ReadDay(string name, string? text, DateOnly usual, out DateOnly day)
    {
        day = usual;
        return text is null || UtcDay.TryParse(text, out day)
            ? null
            : Bad($"{name} is {Shown.Quoted(text)}; give a day as YYYY-MM-DD.");
    }

    /// <summary>One word of some.</summary>
    public static ProblemHttpResult? ReadWord(string name, string? text, IReadOnlyCollection<string> words) =>
        text is null || words.Contains(text)
            ? null
            : Bad($"{name} is {Shown.Quoted(text)}. {Nearest.DidYouMeanOneOf(text, words)}");

    /// <summary>The answer to a parameter that cannot be read.</summary>
    public static ProblemHttpResult Bad(string detail) =>
        TypedResults.Problem(
            title: "The query cannot be read.", detail: detail, statusCode: StatusCodes.Status400BadRequest);
}
