using EventPipeline.Fetch;
using EventPipeline.Load;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Load;

/// <summary>A vendor of a rolling history answers for days that it has forgotten as if nothing had happened.</summary>
public sealed class ForgottenDayTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly Report Forgetful = new("cost", ReportKind.Daily, 7, 3) { ForgetsDays = true };
    private static readonly Report Lasting = Forgetful with { ForgetsDays = false };
    private readonly FakeTimeProvider _clock = new(At(Day.AddDays(1)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_answer_for_an_old_day_takes_nothing_away(bool force)
    {
        (await LoadAsync(Forgetful, [5m, -2m])).State.ShouldBe("loaded");
        var before = (await file.AskAsync(Slice))[0];
        _clock.SetUtcNow(At(Day.AddDays(4)));

        var drift = new AttemptDrift();
        var outcome = await LoadAsync(Forgetful, [], force, drift: drift);

        (outcome.State, outcome.Rows).ShouldBe(("unchanged", 0L));
        drift.Notes.ShouldHaveSingleItem()
            .ShouldStartWith("1 days keep the rows of an earlier read: the vendor answered with none");
        (await file.AskAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0].ShouldBe([3m]);
        (await file.AskAsync("SELECT COUNT(*) FROM restatements"))[0].ShouldBe([0L]);
        (await file.AskAsync(Slice))[0].ShouldBe(before, "The slice is what its rows add up to.");
        (await file.AskAsync("SELECT state, read_began FROM current_slices"))[0]
            .ShouldBe(["unchanged", _clock.GetUtcNow()]);
    }

    [Fact]
    public async Task A_young_day_and_a_vendor_that_forgets_nothing_are_taken_at_their_word()
    {
        await LoadAsync(Forgetful, [5m]);
        _clock.SetUtcNow(At(Day.AddDays(4)).AddTicks(-1));
        (await LoadAsync(Forgetful, [])).State.ShouldBe("empty");
        (await file.AskAsync("SELECT COUNT(*) FROM daily_cost"))[0].ShouldBe([0L]);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await LoadAsync(Lasting, [5m]);
        _clock.SetUtcNow(At(Day.AddDays(40)));
        (await LoadAsync(Lasting, [])).State.ShouldBe("empty");
    }

    [Fact]
    public async Task Rows_of_an_old_day_replace_those_that_were_there_and_an_old_day_that_was_never_read_is_empty()
    {
        _clock.SetUtcNow(At(Day.AddDays(40)));
        (await LoadAsync(Forgetful, [])).State.ShouldBe("empty");
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await LoadAsync(Forgetful, [5m, 1m])).State.ShouldBe("loaded");
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await LoadAsync(Forgetful, [4m])).State.ShouldBe("loaded");

        (await file.AskAsync("SELECT SUM(amount_usd) FROM daily_cost"))[0].ShouldBe([4m]);
    }

    [Fact]
    public async Task A_dry_run_says_that_nothing_would_change()
    {
        await LoadAsync(Forgetful, [5m]);
        _clock.SetUtcNow(At(Day.AddDays(4)));

        var outcome = await LoadAsync(Forgetful, [], mode: RunMode.DryRun);

        var shown = new SliceTotals(1, 0) { Money = SumsByBasis.Create(5, 0) };
        outcome.Differences.ShouldBe([new SliceDifference(Day, "unchanged", shown, shown)]);
    }

    private const string Slice =
        "SELECT load_id, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version "
            + "FROM current_slices";

    private async Task<LoadOutcome> LoadAsync(
        Report report,
        decimal[] amounts,
        bool force = false,
        RunMode mode = RunMode.Production,
        AttemptDrift? drift = null)
    {
        var request = new LoadRequest(
            $"run-{Guid.NewGuid():N}",
            mode,
            new Window("anthropic", "acme", "cost", Day, Day),
            "org-1",
            report,
            force,
            MessageId: null);
        await using var load = LoadAttempts.Create(file.Warehouse, request, _clock);
        await load.BeginAsync(Token);
        await load.AcceptAsync(new BucketArrived(Day), Token);
        foreach (var (index, amount) in amounts.Index())
        {
            await load.AcceptAsync(BilledCost.Of(Day, RowKey.Create($"{index}"), amount), Token);
        }

        var outcome = await load.CompleteAsync(Token);
        drift?.Count(load);
        return outcome;
    }

    private static DateTimeOffset At(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
