using EventPipeline.Tests.DuckDb;

namespace EventPipeline.Tests.Sql;

/// <summary><c>docs/data.md</c> shows every view and what each of its columns means.</summary>
public sealed class DataDictionaryTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>
{
    [Fact]
    public async Task The_documentation_shows_every_column_of_every_view()
    {
        var columns = await file.AskAsync(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
                + $"WHERE table_schema = '{WarehouseFixture.Dataset}' ORDER BY table_name, ordinal_position");
        var dictionary = DataDictionary.Write(
            columns.Select(row => ((string)row[0]!, (string)row[1]!, (string)row[2]!)));

        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root.FullName, "docs", "data.md"), TestContext.Current.CancellationToken);

        page.ShouldContain(dictionary, customMessage: $"docs/data.md should show:\n{dictionary}");
    }
}
