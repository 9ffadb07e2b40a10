using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>An answer of the stand-in.</summary>
internal sealed record StandInAnswer(HttpStatusCode Status, JsonObject Body, Uri? Location, string? Range);

/// <summary>
/// What the stand-in's own tests ask of BigQuery, as bare requests: one project, one dataset in the US, one table.
/// </summary>
internal sealed class StandInClient(GoogleStandIn standIn)
{
    public const string Project = "p-1";
    private const string Base = $"bigquery/v2/projects/{Project}";
    private const string Upload = $"upload/{Base}/jobs";

    /// <summary>Makes dataset <c>d</c> and table <c>t</c>: a required id, a text, money, a count and a time.</summary>
    public async Task CreateTableAsync()
    {
        await SendAsync(HttpMethod.Post, $"{Base}/datasets", new JsonObject
        {
            ["datasetReference"] = new JsonObject { ["datasetId"] = "d" },
        });
        (
            await QueryAsync(
                "CREATE TABLE d.t (id INT64 NOT NULL, name STRING, money BIGNUMERIC(38, 18), quantity NUMERIC, at "
                    + "TIMESTAMP, day DATE)"))
            .Status.ShouldBe(HttpStatusCode.OK);
    }

    public Task<StandInAnswer> QueryAsync(
        string sql,
        string? requestId = null,
        int? timeoutMs = null,
        JsonArray? parameters = null,
        long? maximumBytesBilled = null) =>
        SendAsync(HttpMethod.Post, $"{Base}/queries", new JsonObject
        {
            ["query"] = sql,
            ["useLegacySql"] = false,
            ["location"] = "US",
            ["requestId"] = requestId,
            ["timeoutMs"] = timeoutMs,
            ["parameterMode"] = "NAMED",
            ["queryParameters"] = parameters,
            ["maximumBytesBilled"] = maximumBytesBilled?.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>The first column of the first row.</summary>
    public async Task<string?> ValueAsync(string sql) =>
        (string?)(await QueryAsync(sql)).Body["rows"]![0]!["f"]![0]!["v"];

    public Task<StandInAnswer> InsertQueryJobAsync(string id, string sql) =>
        SendAsync(HttpMethod.Post, $"{Base}/jobs", new JsonObject
    {
        ["jobReference"] = Reference(id),
        ["configuration"] = new JsonObject { ["query"] = new JsonObject { ["query"] = sql, ["useLegacySql"] = false } },
    });

    public Task<StandInAnswer> GetJobAsync(string id) => SendAsync(HttpMethod.Get, $"{Base}/jobs/{id}?location=US");

    /// <summary>The job when it is done.</summary>
    public Task<JsonObject> DoneAsync(string id) => Poll.ForAsync(
        $"job {id} is done",
        async () => (await GetJobAsync(id)).Body is var job && (string?)job["status"]?["state"] == "DONE" ? job : null);

    public async Task<Uri> StartUploadAsync(string id, string table = "t", JsonObject? load = null)
    {
        var started = await SendAsync(HttpMethod.Post, $"{Upload}?uploadType=resumable", Load(id, table, load));
        started.Status.ShouldBe(HttpStatusCode.OK);
        return started.Location.ShouldNotBeNull();
    }

    /// <summary>A PUT with a <c>Content-Range</c> such as <c>bytes 0-9/*</c>.</summary>
    public Task<StandInAnswer> PutAsync(Uri session, ReadOnlyMemory<byte> bytes, string range)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Range", range);
        return SendAsync(HttpMethod.Put, session.PathAndQuery[1..], content);
    }

    public Task<StandInAnswer> CancelAsync(Uri session) => SendAsync(HttpMethod.Delete, session.PathAndQuery[1..]);

    /// <summary>Loads rows in one resumable upload; answers the job when it is done.</summary>
    public async Task<JsonObject> LoadAsync(string id, string rows, string table = "t", JsonObject? load = null)
    {
        var bytes = Encoding.UTF8.GetBytes(rows);
        var session = await StartUploadAsync(id, table, load);
        (await PutAsync(session, bytes, $"bytes 0-{bytes.Length - 1}/{bytes.Length}")).Status
            .ShouldBe(HttpStatusCode.OK);
        return await DoneAsync(id);
    }

    public async Task<StandInAnswer> SendAsync(HttpMethod method, string path, JsonObject body) =>
        await SendAsync(method, path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));

    public async Task<StandInAnswer> SendAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        using var response = await standIn.SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new StandInAnswer(
            response.StatusCode,
            text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : [],
            response.Headers.Location,
            response.Headers.TryGetValues("Range", out var range) ? range.Single() : null);
    }

    public static string Message(StandInAnswer answer) => (string?)answer.Body["error"]?["message"] ?? "";

    public static string Reason(StandInAnswer answer) => (string?)answer.Body["error"]?["errors"]?[0]?["reason"] ?? "";

    public static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    private static JsonObject Reference(string id) => new()
    {
        ["projectId"] = Project,
        ["jobId"] = id,
        ["location"] = "US",
    };

    private static JsonObject Load(string id, string table, JsonObject? load)
    {
        var configuration = new JsonObject
        {
            ["destinationTable"] = new JsonObject { ["projectId"] = Project, ["datasetId"] = "d", ["tableId"] = table },
            ["sourceFormat"] = "NEWLINE_DELIMITED_JSON",
            ["writeDisposition"] = "WRITE_APPEND",
            ["createDisposition"] = "CREATE_NEVER",
        };
        foreach (var (name, value) in load ?? [])
        {
            configuration[name] = value?.DeepClone();
        }

        return new JsonObject
        {
            ["jobReference"] = Reference(id),
            ["configuration"] = new JsonObject { ["load"] = configuration },
        };
    }
}
