using System.Threading.Channels;
using EventPipeline.Load;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>Which commits share an insert, and that each is told what became of it.</summary>
public sealed class CommitsTests
{
    private readonly HeldWarehouse _warehouse = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly Commits _commits;

    public CommitsTests() => _commits = new Commits(_warehouse, _clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_that_comes_alone_is_inserted_under_its_own_id()
    {
        var commit = InsertAsync("a", rows: 3);

        var insert = await _warehouse.NextAsync();
        (insert.Id, insert.Rows).ShouldBe(("a", 3));
        insert.Succeed();

        (await commit).ShouldBeTrue();
    }

    [Fact]
    public async Task What_comes_while_an_insert_is_on_its_way_shares_the_next_one()
    {
        var first = InsertAsync("a");
        var insert = await _warehouse.NextAsync();
        Task<bool>[] others = [InsertAsync("b"), InsertAsync("c", rows: 7), InsertAsync("d")];

        insert.Succeed();
        (await first).ShouldBeTrue();

        var shared = await _warehouse.NextAsync();
        shared.Rows.ShouldBe(9);
        shared.Id.ShouldStartWith("commits_");
        shared.Succeed();
        (await Task.WhenAll(others)).ShouldAllBe(isFirst => isFirst);
        _warehouse.Inserts.ShouldBe(2);
    }

    [Fact]
    public async Task No_insert_has_more_values_than_a_statement_takes()
    {
        var first = InsertAsync("a");
        var insert = await _warehouse.NextAsync();
        var others = Enumerable.Range(0, 40).Select(number => InsertAsync($"b{number}", rows: 31)).ToList();
        insert.Succeed();
        await first;

        for (var number = 0; number < 3; number++)
        {
            var shared = await _warehouse.NextAsync();
            (shared.Rows * 20).ShouldBeLessThan(10_000);
            shared.Succeed();
        }

        await Task.WhenAll(others);
        _warehouse.Inserts.ShouldBe(4);
    }

    [Fact]
    public async Task Two_deliveries_that_commit_the_same_are_one_commit_and_only_one_is_the_first()
    {
        var first = InsertAsync("a");
        var insert = await _warehouse.NextAsync();
        var second = InsertAsync("a");
        insert.Succeed();

        (await first, await second, await InsertAsync("a")).ShouldBe((true, false, false));
        _warehouse.Inserts.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_that_failed_fails_all_who_wait_for_it_and_can_be_repeated()
    {
        var first = InsertAsync("a");
        var insert = await _warehouse.NextAsync();
        var second = InsertAsync("a");
        insert.Fail(new TransientFailureException("The warehouse is away."));

        (await Should.ThrowAsync<TransientFailureException>(first)).Message.ShouldBe("The warehouse is away.");
        (await Should.ThrowAsync<TransientFailureException>(second)).Message.ShouldContain("The warehouse is away.");
        var again = InsertAsync("a");
        (await _warehouse.NextAsync()).Succeed();
        (await again).ShouldBeTrue();
    }

    [Fact]
    public async Task A_shared_insert_that_another_caller_made_is_nobodys_first()
    {
        var first = InsertAsync("a");
        (await _warehouse.NextAsync()).Succeed(isFirst: false);

        (await first).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_gives_up_while_it_waits_is_not_committed()
    {
        var first = InsertAsync("a");
        var insert = await _warehouse.NextAsync();
        using var given = new CancellationTokenSource();
        var left = _commits.InsertAsync("d", "b", Rows(1), given.Token);
        var stays = InsertAsync("c", rows: 2);
        await given.CancelAsync();
        insert.Succeed();

        await Should.ThrowAsync<OperationCanceledException>(() => left);
        var shared = await _warehouse.NextAsync();
        (shared.Id, shared.Rows).ShouldBe(("c", 2));
        shared.Succeed();
        (await first, await stays).ShouldBe((true, true));
    }

    [Fact]
    public async Task An_insert_that_does_not_return_does_not_hold_the_others_up_for_ever()
    {
        var first = InsertAsync("a");
        _ = await _warehouse.NextAsync();
        var second = InsertAsync("b");
        _clock.Advance(TimeSpan.FromMinutes(10));

        await Should.ThrowAsync<TransientFailureException>(() => first);
        (await _warehouse.NextAsync()).Succeed();
        (await second).ShouldBeTrue();
    }

    [Fact]
    public async Task Datasets_do_not_wait_for_each_other()
    {
        var production = InsertAsync("a");
        var held = await _warehouse.NextAsync();

        var development = _commits.InsertAsync("d_dev", "a", Rows(1), Token);
        (await _warehouse.NextAsync()).Succeed();

        (await development).ShouldBeTrue();
        held.Succeed();
        (await production).ShouldBeTrue();
    }

    private Task<bool> InsertAsync(string id, int rows = 1) => _commits.InsertAsync("d", id, Rows(rows), Token);

    private static IReadOnlyDictionary<string, object?>[] Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new Dictionary<string, object?> { ["vendor"] = $"v{number}" })];

    /// <summary>Holds every insert until the test says what becomes of it.</summary>
    private sealed class HeldWarehouse : IWarehouse
    {
        private readonly Channel<Insert> _inserts = Channel.CreateUnbounded<Insert>();

        public int Inserts { get; private set; }

        public async Task<Insert> NextAsync() => await _inserts.Reader.ReadAsync(Token);

        public Task<bool> ExecuteAsync(
            string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
        {
            statement.Name.ShouldBe("insert_slice_versions");
            Inserts++;
            var insert = new Insert(statementId, statement.Parameters.Keys.Count(name => name.StartsWith("vendor_")));
            _inserts.Writer.TryWrite(insert);
            return insert.Outcome.WaitAsync(cancellationToken);
        }

        public Task<IUpload> StartUploadAsync(
            string dataset, string table, string loadId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Row>> QueryAsync(
            string dataset, Statement statement, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class Insert(string id, int rows)
    {
        private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Id => id;

        public int Rows => rows;

        public Task<bool> Outcome => _outcome.Task;

        public void Succeed(bool isFirst = true) => _outcome.SetResult(isFirst);

        public void Fail(Exception failure) => _outcome.SetException(failure);
    }
}
