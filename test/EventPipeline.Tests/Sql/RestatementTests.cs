using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>What counts as a vendor's change of a past day.</summary>
public sealed class RestatementTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_version_is_compared_with_the_last_of_its_own_grain_and_not_with_the_neighbour()
    {
        await _facts.CommitAsync("a", Morning(1), ("amount_usd", 1m));
        await _facts.CommitAsync("b", Morning(2), ("amount_usd", 1m), ("grain", "coarse.v1"));
        await _facts.CommitAsync("c", Morning(3), ("amount_usd", 2m));

        (await RestatementsAsync()).ShouldBe([["a", "c", 1m, 2m]]);
    }

    [Fact]
    public async Task A_change_of_grain_with_the_same_totals_is_none()
    {
        await _facts.CommitAsync("a", Morning(1), ("tokens", 7), ("row_count", 3));
        await _facts.CommitAsync("b", Morning(2), ("tokens", 7), ("grain", "coarse.v1"));

        (await RestatementsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("amount_usd")]
    [InlineData("tokens")]
    [InlineData("estimated_usd")]
    public async Task A_change_of_grain_with_other_totals_is_one(string total)
    {
        await _facts.CommitAsync("a", Morning(1), (total, 3));
        await _facts.CommitAsync("b", Morning(2), (total, 4), ("grain", "coarse.v1"));

        (await _facts.AskAsync("SELECT previous_load_id, load_id, previous_grain, grain FROM restatements"))
            .ShouldBe([["a", "b", "line.v1", "coarse.v1"]]);
    }

    [Fact]
    public async Task Reads_that_found_nothing_new_are_no_versions()
    {
        await _facts.CommitAsync("a", Morning(1));
        await _facts.CommitAsync("a", Morning(2), ("state", "unchanged"));
        await _facts.CommitAsync("a", Morning(2), ("state", "unchanged"));
        await _facts.CommitAsync("b", Morning(3), ("amount_usd", 2m));
        await _facts.CommitAsync("b", Morning(4), ("amount_usd", 2m), ("state", "unchanged"));
        await _facts.CommitAsync("c", Morning(5), ("amount_usd", 2m), ("digest", "b"));

        (await _facts.AskAsync("SELECT previous_read_began, read_began, previous_load_id, load_id FROM restatements"))
            .ShouldBe([[Morning(1), Morning(3), "a", "b"]]);
    }

    [Fact]
    public async Task An_empty_day_is_compared_with_any_grain()
    {
        await _facts.CommitAsync("a", Morning(1), ("grain", ""), ("state", "empty"), ("amount_usd", 0m));
        await _facts.CommitAsync("b", Morning(2), ("amount_usd", 1m));
        await _facts.CommitAsync(
            "c", Morning(3), ("grain", ""), ("state", "empty"), ("amount_usd", 0m), ("digest", "a"));

        (await RestatementsAsync()).ShouldBe([["a", "b", 0m, 1m], ["b", "c", 1m, 0m]]);
    }

    [Fact]
    public async Task A_read_that_began_earlier_is_never_the_newer_one_whenever_it_was_committed()
    {
        await _facts.CommitAsync("b", Morning(2), ("amount_usd", 2m));
        await _facts.CommitAsync("a", Morning(1), ("amount_usd", 1m), ("committed_at", Morning(3)));

        (await RestatementsAsync()).ShouldBe([["a", "b", 1m, 2m]]);
    }

    [Fact]
    public async Task A_new_normaliser_and_a_version_put_back_are_no_words_of_the_vendors()
    {
        await _facts.CommitAsync("a", Morning(1), ("amount_usd", 1m));
        await _facts.CommitAsync("b", Morning(2), ("amount_usd", 2m), ("normaliser_version", 2));
        await _facts.CommitAsync("a", Morning(3), ("amount_usd", 1m), ("state", "restored"), ("pinned", true));
        await _facts.CommitAsync("c", Morning(4), ("amount_usd", 2m), ("normaliser_version", 2), ("digest", "b"));
        await _facts.CommitAsync("d", Morning(5), ("amount_usd", 3m), ("normaliser_version", 2));

        (await RestatementsAsync()).ShouldBe([["c", "d", 2m, 3m]]);
    }

    [Fact]
    public async Task Days_and_accounts_are_each_their_own_and_a_merged_account_is_one()
    {
        await _facts.CommitAsync("a", Morning(1), ("account_id", "acme"));
        await _facts.CommitAsync("b", Morning(2), ("amount_usd", 2m));
        await _facts.CommitAsync("c", Morning(3), ("amount_usd", 3m), ("usage_date", Day.AddDays(1)));
        (await RestatementsAsync()).ShouldBeEmpty();

        await _facts.InsertAsync(
            "account_identity", ("account_id", "acme"), ("mark", "merged_into"), ("value", "org-1"));

        (await RestatementsAsync()).ShouldBe([["a", "b", 1m, 2m]]);
    }

    [Fact]
    public async Task What_stands_the_same_under_two_ids_that_were_merged_was_not_restated()
    {
        await _facts.CommitAsync("a", Morning(1), ("account_id", "acme"));
        await _facts.CommitAsync("b", Morning(2));
        await _facts.InsertAsync(
            "account_identity", ("account_id", "acme"), ("mark", "merged_into"), ("value", "org-1"));

        (await RestatementsAsync()).ShouldBeEmpty();
    }

    private Task<IReadOnlyList<IReadOnlyList<object?>>> RestatementsAsync() =>
        _facts.AskAsync(
            "SELECT previous_load_id, load_id, previous_amount_usd, amount_usd FROM restatements ORDER BY read_began");
}
