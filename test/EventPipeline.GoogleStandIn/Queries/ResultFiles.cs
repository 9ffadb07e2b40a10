using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Jobs;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// What queries answered, a file per job: the schema, then a row per line. A TIMESTAMP is in microseconds since 1970.
/// </summary>
internal sealed class ResultFiles(Settings settings)
{
    // https://docs.cloud.google.com/bigquery/docs/paging-results: a page ends at 10 MB or so, whatever was asked for.
    private const int MaxPageBytes = 10 * 1024 * 1024;

    private readonly string folder = settings.Folder("results");

    /// <summary>Writes the whole answer.</summary>
    public void Write(Job job, JsonArray fields, IEnumerable<string?[]> rows)
    {
        var path = PathOf(job);
        var count = 0L;
        using (var file = new StreamWriter($"{path}.rows"))
        {
            foreach (var row in rows)
            {
                file.Write(JsonSerializer.Serialize(row));
                file.Write('\n');
                count++;
            }
        }

        File.WriteAllText(
            $"{path}.schema", new JsonObject { ["fields"] = fields.DeepClone(), ["rows"] = count }.ToJsonString());
    }

    /// <summary>Puts a page of the answer into a response; nothing when the job answers no rows.</summary>
    public void Read(Job job, JsonObject response, string? pageToken, int? maxResults, bool int64Timestamps)
    {
        var path = PathOf(job);
        if (!File.Exists($"{path}.schema"))
        {
            return;
        }

        var schema = JsonNode.Parse(File.ReadAllText($"{path}.schema"))!;
        var types = ((JsonArray)schema["fields"]!).Select(field => (string)field!["type"]!).ToList();
        var total = (long)schema["rows"]!;
        var first = pageToken is null ? 0 : long.Parse(pageToken, CultureInfo.InvariantCulture);
        var rows = new JsonArray();
        var size = 0;
        foreach (var line in File.ReadLines($"{path}.rows").Skip((int)first))
        {
            if (rows.Count >= (maxResults ?? int.MaxValue) || size > MaxPageBytes)
            {
                break;
            }

            size += line.Length;
            var values = JsonSerializer.Deserialize<string?[]>(line)!;
            rows.Add(new JsonObject
            {
                ["f"] = new JsonArray([.. values.Select((value, i) => new JsonObject
                {
                    ["v"] = value is not null && types[i] == "TIMESTAMP" && !int64Timestamps ? Seconds(value) : value,
                })]),
            });
        }

        response["schema"] = new JsonObject { ["fields"] = schema["fields"]!.DeepClone() };
        response["totalRows"] = total.ToString(CultureInfo.InvariantCulture);
        if (first + rows.Count < total)
        {
            response["pageToken"] = (first + rows.Count).ToString(CultureInfo.InvariantCulture);
        }

        if (rows.Count > 0)
        {
            response["rows"] = rows;
        }
    }

    /// <summary>
    /// Without <c>useInt64Timestamp</c> a TIMESTAMP comes as seconds, a double, as in 1.763876400123456E9.
    /// </summary>
    private static string Seconds(string microseconds) =>
        (long.Parse(microseconds, CultureInfo.InvariantCulture) / 1e6)
            .ToString("0.0##################E0", CultureInfo.InvariantCulture);

    private string PathOf(Job job) =>
        Path.Combine(
            folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{job.Project}/{job.Id}"))));
}
