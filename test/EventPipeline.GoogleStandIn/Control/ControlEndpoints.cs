using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Bills;
using EventPipeline.GoogleStandIn.Faults;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tokens;

namespace EventPipeline.GoogleStandIn.Control;

/// <summary>
/// What tests ask of the stand-in itself, under <c>/stand-in</c>. No token is needed; the README describes it.
/// </summary>
internal sealed class ControlEndpoints(
    Database database,
    FaultBox faults,
    RequestLog requests,
    JobStore jobs,
    Costs costs,
    QuotaReport quotas,
    CurrentLimits limits,
    ArrangedSizes sizes,
    AccessTokens access,
    SigningKeys keys,
    TokenIssuer issuer)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public void Map(IEndpointRouteBuilder routes)
    {
        var control = routes.MapGroup("/stand-in").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (Exception ex) when (
                ex is ArgumentException or JsonException or DuckDBException or InvalidOperationException)
            {
                return Results.Text(ex.Message, "text/plain", statusCode: 400);
            }
        });
        control.MapPost("/tokens", async (HttpRequest request) =>
        {
            var sent = await ReadAsync(request);
            return Show(
                "token",
                issuer.Issue(
                    sent["claims"] as JsonObject,
                    sent["header"] as JsonObject,
                    (string?)sent["key"],
                    (string?)sent["alg"]));
        });
        control.MapPost(
            "/keys/rotate",
            async (HttpRequest request) =>
                Show("kid", keys.Rotate((bool?)(await ReadAsync(request))["keep"] ?? false)));
        control.MapPost("/access-token", () => Show("access_token", access.Current().Token));
        control.MapPost("/access-tokens/expire", access.Expire);
        control.MapPost("/faults", async (HttpRequest request) =>
        {
            var fault = (await ReadAsync(request)).Deserialize<Fault>(Web)!;
            return fault.Mistake() is { } mistake
                ? throw new ArgumentException(mistake)
                : Results.Json(new { id = faults.Add(fault) });
        });
        control.MapGet("/faults", () => Results.Json(faults.List()));
        control.MapDelete("/faults", faults.Mend);
        control.MapGet("/requests", () => Results.Json(requests.List()));
        control.MapDelete("/requests", requests.Clear);
        control.MapGet("/costs", () => Results.Json(costs.Show()));
        control.MapGet("/quotas", () => Results.Json(quotas.Show()));
        control.MapGet("/limits", () => Results.Json(limits.Show()));
        control.MapPut("/limits", async (HttpRequest request) =>
        {
            limits.Set(await ReadAsync(request));
            return Results.Json(limits.Show());
        });
        control.MapPut("/sizes", async (HttpRequest request) =>
        {
            var sent = await ReadAsync(request);
            using var connection = database.Open(null);
            sizes.Set(connection, sent);
        });
        control.MapGet("/jobs", () => Results.Json(new JsonArray([.. jobs.All.Select(Show)])));
        control.MapPost("/query", async (HttpRequest request) =>
        {
            var sent = await ReadAsync(request);
            return Results.Json(await Task.Run(() => Query((string?)sent["sql"] ?? "", (string?)sent["dataset"])));
        });
    }

    private static async Task<JsonObject> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        return text.Length == 0
            ? []
            : JsonNode.Parse(text) as JsonObject ?? throw new JsonException("The body is not an object.");
    }

    private static IResult Show(string name, string value) => Results.Json(new JsonObject { [name] = value });

    private static JsonObject Show(Job job) => new()
    {
        ["jobId"] = job.Id,
        ["state"] = job.State,
        ["type"] = (string?)job.Configuration["jobType"],
        ["table"] = (string?)job.Configuration["load"]?["destinationTable"]?["tableId"],
        ["errorReason"] = job.Ended.IsCompletedSuccessfully ? (string?)job.Ended.Result.ErrorResult?["reason"] : null,
    };

    private JsonObject Query(string sql, string? dataset)
    {
        using var connection = database.Open(dataset);
        Database.Run(connection, "BEGIN TRANSACTION READ ONLY");

        // A decimal of .NET ends at 28 digits, DuckDB's at 38.
        var decimals = Database.Read(
            connection, $"DESCRIBE {sql}", row => (Name: row.GetString(0), Type: row.GetString(1)))
            .Where(column => column.Type.StartsWith("DECIMAL", StringComparison.Ordinal))
            .Select(column => $"CAST({Sql.Name(column.Name)} AS VARCHAR) AS {Sql.Name(column.Name)}").ToList();
        using var command = connection.CreateCommand();
        command.CommandText = decimals.Count == 0
            ? sql
            : $"SELECT * REPLACE ({string.Join(", ", decimals)}) FROM ({sql.TrimEnd().TrimEnd(';')})";
        using var reader = command.ExecuteReader();
        var rows = new JsonArray();
        while (reader.Read())
        {
            rows.Add(
                new JsonArray(
                    [
                        .. Enumerable.Range(0, reader.FieldCount)
                        .Select(i => reader.IsDBNull(i) ? null : Plain(reader.GetValue(i))),
                    ]));
        }

        return new JsonObject
        {
            ["columns"] =
                new JsonArray([.. Enumerable.Range(0, reader.FieldCount).Select(i => (JsonNode)reader.GetName(i))]),
            ["rows"] = rows,
        };
    }

    private static JsonNode? Plain(object value) => value switch
    {
        bool truth => truth,
        string text => text,
        double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        float number => number,
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number when number >= long.MinValue && number <= long.MaxValue => (long)number,
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        DateTime time =>
            DateTime.SpecifyKind(time, DateTimeKind.Utc)
                .ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        int or long or short or sbyte or uint or ushort or byte => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
