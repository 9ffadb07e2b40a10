using System.Text.Json;
using CsCheck;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Load;

public sealed class SumsByBasisTests
{
    private static readonly SumsByBasis Some = SumsByBasis.Create(1.5m, 0).With("list", 2);

    [Fact]
    public void A_sum_of_zero_is_the_same_as_none()
    {
        Some.With("priced_usage", 0).ShouldBe(Some);
        Some.With("list", 0).ShouldBe(SumsByBasis.None.With("billed", 1.50m));
        Some.With("list", 0).GetHashCode().ShouldBe(SumsByBasis.None.With("billed", 1.50m).GetHashCode());
        Some.ShouldNotBe(Some.With("list", 3));
        Some.ShouldNotBe(Some.With("list", 0).With("estimated", 2));
        (Some["list"], Some["nothing"]).ShouldBe((2m, 0m));
    }

    [Fact]
    public void Each_basis_is_added_up_to_the_last_digit_and_what_a_meter_shows_is_added_to_nothing()
    {
        SumsByBasis[] parts =
        [
            Sums(("list", 70_000_000_000m), ("cumulative", 10)),
            Sums(("list", 0.000000000000000001m), ("billed", 1)),
            Sums(("list", -70_000_000_000m), ("cumulative", 20), ("billed", 2)),
        ];

        SumsByBasis.Total(parts).ShouldBe(Sums(("billed", 3), ("list", 0.000000000000000001m)));
        Should.Throw<OverflowException>(
            () => SumsByBasis.Total([Sums(("list", 700_000_000_000m)), Sums(("list", 0.000000000000000001m))]));
    }

    [Fact]
    public void Its_text_is_read_as_it_was_written() => Gen.Int.Array[3].Sample(units =>
    {
        var written = Sums(("billed", units[0]), ("list", units[1] / 100m), ("of another", units[2] / 1_000_000_000m));
        return SumsByBasis.Parse(written.ToString()).Equals(written);
    });

    [Fact]
    public void What_a_query_says_is_read_whatever_its_order_and_zeros() =>
        SumsByBasis.Parse("list 2.000000000000000000, estimated 0.000000000000000000, billed 1.5").ShouldBe(Some);

    [Theory]
    [InlineData("billed")]
    [InlineData("billed x")]
    [InlineData("billed 0.0000000000000000001")]
    public void What_is_no_sum_is_refused(string text) => Should.Throw<FormatException>(() => SumsByBasis.Parse(text));

    [Fact]
    public void A_message_tells_billed_and_estimated_money_as_ever_and_other_bases_beside_them()
    {
        Json(SumsByBasis.Create(1.5m, 2)).ShouldBe(
            """
            {"runId":"r","mode":"production","outcome":"completed",
            "totals":{"slices":1,"rows":2,"tokens":3,"usd":"1.5","estimatedUsd":"2"}}
            """.ReplaceLineEndings(""));
        Json(Some).ShouldBe(
            """
            {"runId":"r","mode":"production","outcome":"completed",
            "totals":{"slices":1,"rows":2,"tokens":3,"usd":"1.5","estimatedUsd":"0","otherUsd":{"list":"2"}}}
            """.ReplaceLineEndings(""));

        static string Json(SumsByBasis money)
        {
            var message = new RunCompleted(
                "r", RunMode.Production, "completed", new RunTotals(1, 2, 3) { Money = money });
            return JsonSerializer.Serialize(message, MessageJson.Default.RunCompleted);
        }
    }

    [Fact]
    public void A_message_is_read_whichever_version_wrote_it()
    {
        Totals("").ShouldBe(SumsByBasis.Create(1.5m, 2));
        Totals(""","otherUsd":{"list":"2","priced_usage":"0.25"}""").ShouldBe(
            SumsByBasis.Create(1.5m, 2).With("list", 2).With("priced_usage", 0.25m));

        static SumsByBasis Totals(string more)
        {
            var json = $$$"""
                {"runId":"r","mode":"production","outcome":"completed",
                "totals":{"slices":1,"rows":2,"tokens":3{{{more}}},"usd":"1.5","estimatedUsd":"2"}}
                """;
            var totals = JsonSerializer.Deserialize(json, MessageJson.Default.RunCompleted)!.Totals;
            JsonSerializer.Deserialize<RunCompleted>(json, ApiJson.Options)!.Totals.ShouldBe(totals);
            return totals.Money;
        }
    }

    private static SumsByBasis Sums(params (string Basis, decimal Sum)[] sums) =>
        sums.Aggregate(SumsByBasis.None, (all, one) => all.With(one.Basis, one.Sum));
}
