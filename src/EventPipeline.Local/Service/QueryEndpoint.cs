using EventPipeline.Hosting;
using EventPipeline.Local.DuckDb;

namespace EventPipeline.Local.Service;

/// <summary>
/// Lets another process on this machine query the file that this one holds open. It accepts one SELECT over the data
/// and nothing else; requiring a JSON body keeps web pages out, whose forms cannot send one.
/// </summary>
internal static class QueryEndpoint
{
    public const string Path = "/query";

    public static void MapQuery(this IEndpointRouteBuilder routes) => routes
        .MapPost(Path, AskAsync)
        .WithName("query")
        .HoldToWhatIsRead()
        .WithTags("Local")
        .WithSummary("Runs one SELECT over the data: up to 100,000 rows, up to 60 seconds.")
        .Produces<QueryResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static async Task<IResult> AskAsync(
        QueryRequest request, DuckDbWarehouse warehouse, DataLabel label, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Sql))
        {
            return TypedResults.Problem(
                title: "There is no query.",
                detail: "Send a SELECT as \"sql\".",
                statusCode: StatusCodes.Status400BadRequest);
        }

        try
        {
            var answer = await warehouse.AskAsync(request.Sql, cancellationToken);
            return TypedResults.Ok(
                new QueryResponse(
                    label.Text,
                    answer.Columns,
                    [.. answer.Rows.Select(row => (IReadOnlyList<object?>)[.. row.Select(PrintedValue.FromValue)])]));
        }
        catch (UsageException failure)
        {
            return TypedResults.Problem(
                title: "The query was refused.", detail: failure.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}

/// <summary>A query.</summary>
/// <param name="Sql">One statement that reads.</param>
internal sealed record QueryRequest(string Sql);

/// <summary>Its answer.</summary>
/// <param name="Label"><c>SIMULATED</c>, or null.</param>
/// <param name="Columns">The columns' names.</param>
/// <param name="Rows">The rows; decimals and times as strings.</param>
internal sealed record QueryResponse(
    string? Label, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
