using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventPipeline.GoogleStandIn.Http;

/// <summary>Answers as Google's APIs give them.</summary>
internal static class Answer
{
    private static readonly JsonSerializerOptions Google = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IResult Json(JsonNode body, int status = 200) =>
        Results.Text(body.ToJsonString(Google), "application/json; charset=UTF-8", statusCode: status);

    public static IResult Error(GoogleException error) => Json(error.Body(), error.Code);

    public static Task<IResult> JsonAsync(JsonNode body) => Task.FromResult(Json(body));
}
