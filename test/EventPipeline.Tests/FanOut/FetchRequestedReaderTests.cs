using System.Text;
using EventPipeline.Messages;
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
        foreach (var body in new[]
        {
            without.ToJsonString(), With(null), With(""), With(5), With(new System.Text.Json.Nodes.JsonArray()),
        })
        {
            Should.Throw<RejectedEventException>(() => Read(body)).Message.ShouldContain(name);
        }
    }

    [Fact]
    public void A_message_names_its_vendor_in_an_attribute_also_when_it_asks_for_a_rest()
    {
        var message = Read(Pushes.FetchBody);

        foreach (var rest in new DateOnly?[] { null, message.To })
        {
            FetchRequestedReader.CloudEvent(message, DateTimeOffset.UnixEpoch, rest)
                .Attributes["ce-vendor"].ShouldBe(message.Vendor);
        }
    }

    [Theory]
    [InlineData("\"production\"", "\"prod\"", "mode is 'prod'")]
    [InlineData("2026-11-20", "2026-11-23", "it must be 1 to 366 days")]
    [InlineData("2026-11-20", "2024-11-20", "it must be 1 to 366 days")]
    [InlineData("2026-11-20", "9999-12-31", "its days must be in the years 2000 to 2099")]
    [InlineData("2026-11-20", "0001-01-01", "its days must be in the years 2000 to 2099")]
    [InlineData("2026-11-20", "2026-02-30", "from is not valid")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z", "from is not valid")]
    [InlineData("}", ",\"force\":\"yes\"}", "force is not valid")]
    [InlineData("}", ",\"stepDays\":0}", "stepDays is 0; a step must be 1 to 366 days")]
    [InlineData("}", ",\"stepDays\":-1}", "stepDays is -1")]
    [InlineData("}", ",\"stepDays\":367}", "stepDays is 367")]
    [InlineData("}", ",\"stepDays\":1.5}", "stepDays is not valid")]
    [InlineData("}", ",\"stepDays\":\"two\"}", "stepDays is not valid")]
    [InlineData("}", ",\"timesOutOfTime\":-1}", "timesOutOfTime is -1; it must be 0 to 100")]
    [InlineData("}", ",\"timesOutOfTime\":101}", "timesOutOfTime is 101")]
    [InlineData("}", ",\"timesOutOfTime\":null}", "timesOutOfTime is not valid")]
    public void A_field_that_is_not_valid_is_named(string good, string bad, string reason) =>
        Should.Throw<RejectedEventException>(() => Read(Pushes.FetchBody.Replace(good, bad, StringComparison.Ordinal)))
            .Message.ShouldContain(reason);

    [Theory]
    [InlineData("runId", "run 1")]
    [InlineData("runId", "run:1")]
    [InlineData("runId", "../run")]
    [InlineData("runId", "rün")]
    [InlineData("runId", "run-1\n")]
    [InlineData("runId", "run.1")]
    [InlineData("vendor", "an/thropic")]
    [InlineData("account", "acme\u0000")]
    [InlineData("account", ".acme")]
    [InlineData("report", "cost; DROP TABLE")]
    public void An_id_that_cannot_be_part_of_another_systems_name_is_named(string name, string value) =>
        RejectsId(name, value);

    [Theory]
    [InlineData("runId", 129)]
    [InlineData("runId", 1_100)]
    [InlineData("vendor", 64)]
    [InlineData("account", 1_000_000)]
    [InlineData("report", 64)]
    public void An_id_that_is_too_long_for_another_systems_name_is_named(string name, int length) =>
        RejectsId(name, new string('x', length));

    [Fact]
    public void The_longest_ids_make_statements_and_attributes_that_fit()
    {
        var good = System.Text.Json.Nodes.JsonNode.Parse(Pushes.FetchBody)!.AsObject();
        (good["runId"], good["vendor"], good["account"], good["report"]) = (
            new string('r', 128), new string('v', 63), new string('a', 63), new string('p', 63));

        var message = Read(good.ToJsonString());

        StatementId.IsValid($"completed_{message.RunId}_completed").ShouldBeTrue();
        FetchRequestedReader
            .CloudEvent(message with { StepDays = 366, TimesOutOfTime = 100 }, default, message.To)
            .Attributes["ce-id"].Length.ShouldBeLessThanOrEqualTo(1_024);
    }

    [Fact]
    public void A_request_of_the_rest_is_another_event_of_the_same_window()
    {
        var message = Read(Pushes.FetchBody) with { StepDays = 2 };
        var time = new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

        var all = FetchRequestedReader.CloudEvent(message, time).Attributes;
        var rest = FetchRequestedReader.CloudEvent(message, time, new DateOnly(2026, 11, 21)).Attributes;

        all["ce-id"].ShouldBe("run-1.anthropic.default.cost.20261120-20261122");
        rest["ce-id"].ShouldBe("run-1.anthropic.default.cost.20261120-20261122.20261121-2-0");
        rest["ce-time"].ShouldBe(all["ce-time"]);
    }

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
        var message = new FetchRequested(
            "run-1", RunMode.DryRun, "openai", "default", "costs", new(2026, 11, 1), new(2026, 11, 2), true)
        {
            StepDays = 2,
            TimesOutOfTime = 1,
        };

        FetchRequestedReader.Read(FetchRequestedReader.Write(message)).ShouldBe(message);
    }

    [Fact]
    public void Several_windows_are_written_so_that_an_earlier_revision_rejects_them_and_drops_none()
    {
        var message = Several();

        var body = FetchRequestedReader.Write(message);

        Encoding.UTF8.GetString(body).ShouldBe(
            """
            {"runId":"run-1","mode":"production","vendor":"openai","windows":[
            {"account":"default","report":"costs","from":"2026-11-01","to":"2026-11-02","force":true},
            {"account":"acme","report":"usage","from":"2026-11-03","to":"2026-11-03","force":false}]}
            """.ReplaceLineEndings(""));
        FetchRequestedReader.Read(body).Each().ShouldBe(message.Each());
        message.Each().Select(each => each.Window.ToString()).ShouldBe(
            ["openai/default/costs 2026-11-01..2026-11-02", "openai/acme/usage 2026-11-03..2026-11-03"]);
        FetchRequestedReader.TryReadWindows(body).Select(window => window.Window)
            .ShouldBe(message.Each().Select(each => each.Window));
    }

    [Theory]
    [InlineData("[]", "has 0 windows")]
    [InlineData("{}", "windows are not an array")]
    [InlineData("[1]", "window")]
    [InlineData("[{'report':'r','from':'2026-11-01','to':'2026-11-01'}]", "has no account")]
    [InlineData("[{'account':'a b','report':'r','from':'2026-11-01','to':'2026-11-01'}]", "account is")]
    [InlineData("[{'account':'a','report':'r','to':'2026-11-01'}]", "has no from")]
    [InlineData("[{'account':'a','report':'r','from':'2026-11-02','to':'2026-11-01'}]", "in order")]
    [InlineData("[{'account':'a','report':'r','from':'1999-11-02','to':'2026-11-01'}]", "years")]
    [InlineData("[{'account':'a','report':'r','from':5,'to':'2026-11-01'}]", "not valid")]
    public void Mistakes_in_several_windows_are_told(string windows, string told) =>
        Should.Throw<RejectedEventException>(
                () => Read($$"""{"runId":"run-1","mode":"production","vendor":"openai","windows":{{windows.Replace('\'', '"')}}}"""))
            .Message.ShouldContain(told);

    private static FetchRequested Several() => new(
        "run-1", RunMode.Production, "openai", "default", "costs", new(2026, 11, 1), new(2026, 11, 2), true)
    {
        Others = [new("acme", "usage", new(2026, 11, 3), new(2026, 11, 3))],
    };

    [Theory]
    [InlineData(RunMode.Production, "production")]
    [InlineData(RunMode.Development, "development")]
    [InlineData(RunMode.DryRun, "dry_run")]
    public void A_request_is_written_as_earlier_revisions_write_it(RunMode mode, string name)
    {
        var message = new FetchRequested(
            "run-1", mode, "openai", "default", "costs", new(2026, 11, 1), new(2026, 11, 2), true);

        Encoding.UTF8.GetString(FetchRequestedReader.Write(message)).ShouldBe(
            $$"""
            {"runId":"run-1","mode":"{{name}}","vendor":"openai","account":"default","report":"costs",
            "from":"2026-11-01","to":"2026-11-02","force":true}
            """.ReplaceLineEndings(""));
    }

    [Theory]
    [InlineData("\"dry_run\"", RunMode.DryRun)]
    [InlineData("\"Production\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("1", null)]
    [InlineData("null", null)]
    public void The_window_of_a_request_is_read_whatever_its_mode_is(string mode, RunMode? expected)
    {
        var body = Pushes.FetchBody.Replace("\"production\"", mode, StringComparison.Ordinal);

        var window = FetchRequestedReader.TryReadWindows(Encoding.UTF8.GetBytes(body)).ShouldHaveSingleItem();

        (window.RunId, window.Mode).ShouldBe(("run-1", expected));
        window.Window.ShouldBe(new("anthropic", "default", "cost", new(2026, 11, 20), new(2026, 11, 22)));
    }

    private static void RejectsId(string name, string value)
    {
        var bad = System.Text.Json.Nodes.JsonNode.Parse(Pushes.FetchBody)!.AsObject();
        bad[name] = value;

        var rejected = Should.Throw<RejectedEventException>(() => Read(bad.ToJsonString()));

        rejected.Message.ShouldContain($"The fetch request's {name} is ");
        rejected.Message.ShouldContain($"({value.Length} characters)");
        rejected.Message.Length.ShouldBeLessThan(400);
    }

    private static FetchRequested Read(string body) => FetchRequestedReader.Read(Encoding.UTF8.GetBytes(body));
}
