using System.Text.Json;
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
}
