using EventPipeline.Load;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.DuckDb;

/// <summary>A data folder may be called anything.</summary>
public sealed class WarehousePathTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventpipeline-paths-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("a;b")]
    [InlineData("a;memory_limit=1MB")]
    [InlineData("a=b")]
    [InlineData("it's")]
    [InlineData("say \"so\"")]
    [InlineData(" two  words ")]
    [InlineData("größer 日本 😀")]
    [InlineData("{brace}%20*[x]")]
    [InlineData("'; DROP TABLE cost_versions; --")]
    [InlineData(
        "deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep")]
    public async Task It_is_opened_loaded_and_queried(string name)
    {
        var data = DataFolder.Open(Path.Combine(_folder.FullName, name), simulated: true);
        await using var warehouse = new DuckDbWarehouse(
            data, Options.Create(new DatasetOptions()), TimeProvider.System);
        await using var upload = await warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "cost_versions", "load-1", TestContext.Current.CancellationToken);
        await upload.WriteAsync(
            System.Text.Encoding.UTF8.GetBytes(TableRowTests.Cost), TestContext.Current.CancellationToken);
        await upload.LoadAsync(TestContext.Current.CancellationToken);

        (await warehouse.AskAsync("SELECT COUNT(*) FROM cost_versions", TestContext.Current.CancellationToken))
            .Rows[0][0]
            .ShouldBe(1L);
        File.Exists(data.WarehouseFile).ShouldBeTrue();
    }

    [Fact]
    public void A_question_mark_is_refused_by_name()
    {
        var data = DataFolder.Open(Path.Combine(_folder.FullName, "what?"), simulated: true);

        Should.Throw<UsageException>(
            () => new DuckDbWarehouse(data, Options.Create(new DatasetOptions()), TimeProvider.System))
            .Message.ShouldContain("question mark");
    }

    [Theory]
    [InlineData("warehouse")]
    [InlineData("Main")]
    [InlineData("information_schema")]
    public void A_dataset_called_as_something_of_the_databases_own_is_refused(string dataset)
    {
        var data = DataFolder.Open(_folder.FullName, simulated: true);

        Should.Throw<UsageException>(
            () =>
                new DuckDbWarehouse(
                    data, Options.Create(new DatasetOptions { Dataset = dataset }), TimeProvider.System))
            .Message.ShouldContain(dataset);
    }
}
