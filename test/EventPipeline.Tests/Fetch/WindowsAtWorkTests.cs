using EventPipeline.Fetch;
using EventPipeline.Load;

namespace EventPipeline.Tests.Fetch;

/// <summary>Who asks what is asked when the last window of a run may have ended.</summary>
public sealed class WindowsAtWorkTests
{
    private const string Run = "run";
    private static readonly DateOnly Day = new(2026, 11, 16);
    private static readonly Window One = new("anthropic", "acme", "cost", Day, Day);
    private static readonly Window Other = One with { Report = "messages_usage" };
    private readonly WindowsAtWork _atWork = new();

    [Fact]
    public void Of_two_windows_the_one_that_ends_last_asks_for_both()
    {
        var (one, other) = (Load(One), Load(Other));
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Begin(RunMode.Production, Run, Other);

        _atWork.Loaded(RunMode.Production, Run, one);
        _atWork.End(RunMode.Production, Run, One).MayBeLast.ShouldBeFalse();

        _atWork.Loaded(RunMode.Production, Run, other);
        var (mayBeLast, toCount) = _atWork.End(RunMode.Production, Run, Other);
        mayBeLast.ShouldBeTrue();
        toCount.ShouldBe([one, other]);
    }

    [Fact]
    public void A_window_of_another_run_or_mode_is_not_waited_for()
    {
        _atWork.Begin(RunMode.Production, "another", Other);
        _atWork.Begin(RunMode.Development, Run, Other);
        _atWork.Begin(RunMode.Production, Run, One);

        _atWork.End(RunMode.Production, Run, One).MayBeLast.ShouldBeTrue();
    }

    [Fact]
    public void A_window_that_has_ended_is_not_waited_for_though_another_delivery_still_works_on_it()
    {
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Begin(RunMode.Production, Run, Other);
        _atWork.End(RunMode.Production, Run, One).MayBeLast.ShouldBeFalse();

        _atWork.End(RunMode.Production, Run, Other).MayBeLast.ShouldBeTrue();
        _atWork.End(RunMode.Production, Run, One).MayBeLast.ShouldBeTrue();
    }

    [Fact]
    public void A_window_that_is_given_up_is_not_waited_for_once_nobody_works_on_it()
    {
        var load = Load(Other);
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Begin(RunMode.Production, Run, Other);
        _atWork.GiveUp(RunMode.Production, Run, One).ShouldBeEmpty();

        _atWork.Loaded(RunMode.Production, Run, load);
        _atWork.End(RunMode.Production, Run, Other).MayBeLast.ShouldBeFalse();
        _atWork.GiveUp(RunMode.Production, Run, One).ShouldBe([load]);
    }

    [Fact]
    public void What_a_window_has_committed_is_counted_though_it_is_given_up()
    {
        var load = Load(One);
        _atWork.Begin(RunMode.Production, Run, One);
        _atWork.Loaded(RunMode.Production, Run, load);

        _atWork.GiveUp(RunMode.Production, Run, One).ShouldBe([load]);
        _atWork.GiveUp(RunMode.Production, Run, One).ShouldBeEmpty();
    }

    private static CommittedLoad Load(Window window) =>
        new(window.Report, window, [new LoadedDay(Day, new SliceTotals(1, 0), null)]);
}
