using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>The names that outlive their ids.</summary>
public sealed class EntityTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_name_that_vanishes_on_its_first_day_stays_known()
    {
        await ReadAsync("morning", Morning(0), ("k-1", "robot"), ("k-2", "old"));
        await ReadAsync("evening", Morning(0, minutes: 600), ("k-2", "new"));

        (await _facts.AskAsync("SELECT id, name, first_seen, last_seen FROM entity ORDER BY id"))
            .ShouldBe([["k-1", "robot", Day, Day], ["k-2", "new", Day, Day]]);
    }

    [Fact]
    public async Task The_newest_read_of_a_day_names_it_whenever_it_was_committed_and_a_repeated_read_changes_nothing()
    {
        await ReadAsync("b", Morning(0, minutes: 5), ("k-1", "new"));
        await ReadAsync("a", Morning(0), ("k-1", "old"));
        await _facts.CommitAsync("b", Morning(0, minutes: 9), ("report", "names"), ("state", "unchanged"));
        await ReadAsync("before", Morning(-1), Day.AddDays(-1), ("k-1", "oldest"));

        (await _facts.AskAsync("SELECT id, name, first_seen, last_seen FROM entity"))
            .ShouldBe([["k-1", "new", Day.AddDays(-1), Day]]);
    }

    [Fact]
    public async Task What_was_never_committed_is_not_known()
    {
        await _facts.InsertAsync(
            "entity_versions", ("load_id", "cut off"), ("row_key", "k-1"), ("id", "k-1"), ("name", "robot"));

        (await _facts.AskAsync("SELECT id FROM entity")).ShouldBeEmpty();
    }

    private Task ReadAsync(string load, DateTimeOffset began, params (string Id, string Name)[] names) =>
        ReadAsync(load, began, Day, names);

    private async Task ReadAsync(
        string load, DateTimeOffset began, DateOnly day, params (string Id, string Name)[] names)
    {
        foreach (var (id, name) in names)
        {
            await _facts.InsertAsync(
                "entity_versions", ("load_id", load), ("usage_date", day), ("row_key", id), ("id", id), ("name", name));
        }

        await _facts.CommitAsync(load, began, ("report", "names"), ("usage_date", day));
    }
}
