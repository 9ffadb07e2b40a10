using System.Text;
using EventPipeline.FanOut;
using EventPipeline.Tests.Trigger;

namespace EventPipeline.Tests.FanOut;

public sealed class FetchRequestedReaderTests
{
    [Theory]
    [InlineData("runId")]
    [InlineData("mode")]
    [InlineData("vendor")]
    [InlineData("account")]
    [InlineData("report")]
    [InlineData("from")]
    [InlineData("to")]
    public void A_field_that_is_missing_null_empty_or_of_another_type_is_named(string name)
    {
        var good = System.Text.Json.Nodes.JsonNode.Parse(Pushes.FetchBody)!.AsObject();
        string With(System.Text.Json.Nodes.JsonNode? value)
        {
            var bad = good.DeepClone().AsObject();
            bad[name] = value;
            return bad.ToJsonString();
        }

        var without = good.DeepClone().AsObject();
        without.Remove(name);
        foreach (var body in new[] { without.ToJsonString(), With(null), With(""), With(5), With(new System.Text.Json.Nodes.JsonArray()) })
        {
            Should.Throw<RejectedEventException>(() => Read(body)).Message.ShouldContain(name);
        }
    }

    [Theory]
    [InlineData("\"production\"", "\"prod\"", "mode is 'prod'")]
    [InlineData("2026-11-20", "2026-11-23", "it must be 1 to 366 days")]
    [InlineData("2026-11-20", "2024-11-20", "it must be 1 to 366 days")]
    [InlineData("2026-11-20", "2026-02-30", "from is not valid")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z", "from is not valid")]
    [InlineData("}", ",\"force\":\"yes\"}", "force is not valid")]
    public void A_field_that_is_not_valid_is_named(string good, string bad, string reason) =>
        Should.Throw<RejectedEventException>(() => Read(Pushes.FetchBody.Replace(good, bad, StringComparison.Ordinal))).Message.ShouldContain(reason);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    public void What_is_no_object_is_rejected(string body) => Should.Throw<RejectedEventException>(() => Read(body));

    [Fact]
    public void Fields_of_a_newer_revision_are_ignored() =>
        Read(Pushes.FetchBody.Replace("}", ",\"priority\":9}", StringComparison.Ordinal)).Report.ShouldBe("cost");

    [Fact]
    public void What_is_written_reads_the_same()
    {
        var message = new FetchRequested("run-1", "dry_run", "openai", "default", "costs", new(2026, 11, 1), new(2026, 11, 2), true);

        FetchRequestedReader.Read(FetchRequestedReader.Write(message)).ShouldBe(message);
    }

    private static FetchRequested Read(string body) => FetchRequestedReader.Read(Encoding.UTF8.GetBytes(body));
}
