using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Ledger;

/// <summary>What whoever waits for the data reads.</summary>
public sealed class RunCompletedTests
{
    [Fact]
    public void The_end_of_a_run_is_written_as_it_always_was() =>
        JsonSerializer.Serialize(
            new RunCompleted("run-1", RunMode.DryRun, "completed", new RunTotals(1, 2, 3)
            {
                Money = SumsByBasis.Create(4.50m, 0m),
            }),
            MessageJson.Default.RunCompleted)
            .ShouldBe(
                """
                {"runId":"run-1","mode":"dry_run","outcome":"completed",
                "totals":{"slices":1,"rows":2,"tokens":3,"usd":"4.5","estimatedUsd":"0"}}
                """.ReplaceLineEndings(""));

    [Fact]
    public void What_was_refused_is_counted_where_there_is_some() =>
        JsonSerializer.Serialize(
            new RunCompleted("run-1", RunMode.Production, "completed", new RunTotals(1, 2, 3)) { RefusedWindows = 2 },
            MessageJson.Default.RunCompleted).ShouldContain("\"refusedWindows\":2");

    /// <summary>Refused windows alone do not tell how a run ended: whether an account read nothing does.</summary>
    [Theory]
    [InlineData(2, 2, 0, true, false, true)]
    [InlineData(2, 2, 0, false, false, false)]
    [InlineData(1, 2, 0, false, true, true)]
    [InlineData(1, 2, 1, true, false, false)]
    [InlineData(1, 2, 1, false, true, false)]
    [InlineData(1, 2, 1, true, true, true)]
    [InlineData(0, 2, 1, false, true, true)]
    [InlineData(0, 1, 1, true, true, true)]
    public void A_run_has_no_news_once_its_outcome_was_announced(
        long succeeded, long ended, long refused, bool toldCompleted, bool toldFailed, bool expected) =>
        new RunStanding(2, ended, succeeded, refused, Cancelled: false, toldCompleted, toldFailed, ToldCancelled: false)
            .HasNoNews.ShouldBe(expected);

    /// <summary>Where all of it was read, or failed, before anybody noticed, that is what is announced.</summary>
    [Theory]
    [InlineData(0, 0, false, false, false)]
    [InlineData(1, 1, false, false, false)]
    [InlineData(1, 1, false, true, true)]
    [InlineData(2, 2, false, true, false)]
    [InlineData(2, 2, true, true, true)]
    public void A_run_that_was_cancelled_has_no_news_once_that_was_announced(
        long succeeded, long ended, bool toldCompleted, bool toldCancelled, bool expected) =>
        new RunStanding(2, ended, succeeded, 0, Cancelled: true, toldCompleted, ToldFailed: false, toldCancelled)
            .HasNoNews.ShouldBe(expected);
}
