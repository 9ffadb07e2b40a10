using EventPipeline.Google.BigQuery;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Google.BigQuery;

/// <summary>What changes a table keeps to what BigQuery accepts in 10 seconds.</summary>
public sealed class TablePaceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TablePace _pace;

    public TablePaceTests() => _pace = new TablePace(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void No_more_statements_begin_in_ten_seconds_than_BigQuery_accepts()
    {
        var turns = Enumerable.Range(0, 60).Select(_ => _pace.StatementAsync("d", "insert", Token)).ToList();
        var begun = new List<int>();
        for (var second = 0; second <= 30; second++)
        {
            begun.Add(turns.Count(turn => turn.IsCompletedSuccessfully));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        begun[0].ShouldBe(20);
        begun[9].ShouldBe(20);
        begun[10].ShouldBe(40);
        begun[20].ShouldBe(60);
        Enumerable.Range(0, 20).ShouldAllBe(second => begun[second + 10] - begun[second] <= 25);
    }

    [Fact]
    public async Task What_comes_slowly_never_waits()
    {
        for (var number = 0; number < 100; number++)
        {
            var turn = _pace.StatementAsync("d", "insert", Token);

            turn.IsCompletedSuccessfully.ShouldBeTrue();
            await turn;
            _clock.Advance(TimeSpan.FromMilliseconds(501));
        }
    }

    [Fact]
    public void Tables_and_datasets_do_not_wait_for_each_other_and_loads_have_a_pace_of_their_own()
    {
        for (var number = 0; number < 20; number++)
        {
            _ = _pace.StatementAsync("d", "insert", Token);
        }

        _pace.StatementAsync("d", "insert", Token).IsCompleted.ShouldBeFalse();
        _pace.StatementAsync("d", "other", Token).IsCompleted.ShouldBeTrue();
        _pace.StatementAsync("d_dev", "insert", Token).IsCompleted.ShouldBeTrue();
        Enumerable.Range(0, 50).Select(_ => _pace.LoadAsync("d", "insert", Token)).Count(load => load.IsCompleted)
            .ShouldBe(40);
    }

    [Fact]
    public async Task Who_gives_up_does_not_wait()
    {
        for (var number = 0; number < 20; number++)
        {
            _ = _pace.StatementAsync("d", "insert", Token);
        }

        using var given = new CancellationTokenSource();
        var turn = _pace.StatementAsync("d", "insert", given.Token);
        await given.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => turn);
    }
}
