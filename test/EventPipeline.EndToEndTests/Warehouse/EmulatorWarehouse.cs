using System.Net.Http.Json;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.EndToEndTests.Containers;
using EventPipeline.Google.Schema;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// https://github.com/goccy/bigquery-emulator in a container, where containers are asked for: GoogleSQL by another hand
/// than ours.
/// </summary>
public sealed class EmulatorWarehouse : WarehouseServer
{
    private const string Image = "ghcr.io/goccy/bigquery-emulator:0.8.1";

    private EmulatorContainer? container;
    private string host = "";

    public override void Require() => EmulatorContainer.Require();

    private protected override async Task<string?> StartAsync()
    {
        if (!EmulatorContainer.IsAsked)
        {
            return null;
        }

        var (port, grpcPort) = (FreePort.Next(), FreePort.Next());
        host = $"127.0.0.1:{port}";
        container = await EmulatorContainer.StartAsync(
            Image, $"--project={Project}", $"--dataset={Dataset}", $"--port={port}", $"--grpc-port={grpcPort}");
        await EmulatorStart.UntilItAnswersAsync(
            "The BigQuery emulator",
            new Uri($"http://{host}/bigquery/v2/projects/{Project}/datasets"),
            () => container.HasExited,
            container.SaidAsync);
        return host;
    }

    /// <summary>
    /// It neither keeps NOT NULL of a table that a statement makes nor partitions one, so the tables are made by
    /// tables.insert. Of the views it has those without QUALIFY
    /// (https://github.com/goccy/bigquery-emulator/issues/502).
    /// </summary>
    private protected override async Task MakeTablesAsync()
    {
        var expected = ExpectedSchema.Read();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var table in expected.Tables)
        {
            using var made = await http.PostAsJsonAsync(
                new Uri($"http://{host}/bigquery/v2/projects/{Project}/datasets/{Dataset}/tables"),
                new
                {
                    tableReference = new { projectId = Project, datasetId = Dataset, tableId = table.Name },
                    schema = new
                    {
                        fields = table.Columns.Select(column => new
                        {
                            name = column.Name,
                            type = ApiType(column.Type),
                            mode = column.Mode,
                        }),
                    },
                },
                TestContext.Current.CancellationToken);
            made.IsSuccessStatusCode.ShouldBeTrue(
                await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        var restatements = expected.Views.Single(view => view.Name == "restatements");
        await Schema.ApplyAsync(
            new DatasetName(Project, Dataset).Fill(restatements.ToString()), TestContext.Current.CancellationToken);
    }

    private protected override ValueTask StopAsync() => container?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>It takes the API's old names only.</summary>
    private static string ApiType(string type) =>
        type.Split('(')[0] switch { "INT64" => "INTEGER", "BOOL" => "BOOLEAN", var other => other };
}
