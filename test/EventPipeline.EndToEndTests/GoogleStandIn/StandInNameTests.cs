using System.Net;
using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// The stand-in takes the ids, names and labels that BigQuery takes. One serves all tests: none gives a name that
/// another gives.
/// </summary>
public sealed class StandInNameTests(SharedStandIn shared) : IClassFixture<SharedStandIn>
{
    private const string Base = $"bigquery/v2/projects/{StandInClient.Project}";

    [Theory]
    [InlineData("a-B_9", true)]
    [InlineData("a.b", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    public async Task Job_ids(string id, bool isTaken) =>
        IsTaken(await BigQuery.InsertQueryJobAsync(id, "SELECT 1")).ShouldBe(isTaken);

    [Theory]
    [InlineData("a_B9", true)]
    [InlineData("a-b", false)]
    [InlineData("a\n", false)]
    public async Task Datasets(string id, bool isTaken) => IsTaken(await DatasetAsync(id, null)).ShouldBe(isTaken);

    [Theory]
    [InlineData("a-b c_9", true)]
    [InlineData("a.b", false)]
    [InlineData("a\n", false)]
    public async Task Tables(string id, bool isTaken) => IsTaken(await TableAsync(id, "n")).ShouldBe(isTaken);

    [Theory]
    [InlineData("_n9", true)]
    [InlineData("9n", false)]
    [InlineData("a-b", false)]
    [InlineData("_partition_of", false)]
    [InlineData("n\n", false)]
    public async Task Columns(string name, bool isTaken) =>
        IsTaken(await TableAsync(NewName(), name)).ShouldBe(isTaken);

    [Theory]
    [InlineData("team", "a_9-b", true)]
    [InlineData("team", "", true)]
    [InlineData("Team", "a", false)]
    [InlineData("9team", "a", false)]
    [InlineData("", "a", false)]
    [InlineData("team", "A", false)]
    [InlineData("team", "a.b", false)]
    [InlineData("team", "0123456789012345678901234567890123456789012345678901234567890123", false)]
    public async Task Labels(string key, string value, bool isTaken)
    {
        IsTaken(await DatasetAsync(NewName(), new JsonObject { [key] = value })).ShouldBe(isTaken);
        var query = await BigQuery.SendAsync(HttpMethod.Post, $"{Base}/queries", new JsonObject
        {
            ["query"] = "SELECT 1",
            ["useLegacySql"] = false,
            ["labels"] = new JsonObject { [key] = value },
        });
        IsTaken(query).ShouldBe(isTaken);
    }

    private StandInClient BigQuery => shared.BigQuery;

    private static string NewName() => $"n{Guid.NewGuid():N}";

    private static bool IsTaken(StandInAnswer answer)
    {
        StandInClient.Reason(answer).ShouldBe(answer.Status == HttpStatusCode.OK ? "" : "invalid");
        return answer.Status == HttpStatusCode.OK;
    }

    private Task<StandInAnswer> DatasetAsync(string id, JsonObject? labels) =>
        BigQuery.SendAsync(HttpMethod.Post, $"{Base}/datasets", new JsonObject
        {
            ["datasetReference"] = new JsonObject { ["datasetId"] = id },
            ["labels"] = labels,
        });

    private async Task<StandInAnswer> TableAsync(string id, string column)
    {
        await DatasetAsync("d", null);
        return await BigQuery.SendAsync(HttpMethod.Post, $"{Base}/datasets/d/tables", new JsonObject
        {
            ["tableReference"] = new JsonObject { ["datasetId"] = "d", ["tableId"] = id },
            ["schema"] = new JsonObject
            {
                ["fields"] = new JsonArray(new JsonObject { ["name"] = column, ["type"] = "STRING" }),
            },
        });
    }
}
