using System.Text;
using EventPipeline.Messages;
using EventPipeline.Tests.Trigger;

namespace EventPipeline.Tests.FanOut;

[Collection(nameof(LargeBodies))]
public sealed class RunRequestedReaderTests
{
    private static readonly DateOnly Today = new(2026, 11, 23);

    [Theory]
    [InlineData("""{"dayz":3}""", "no field 'dayz'", "'days'")]
    [InlineData("""{"Days":3}""", "no field 'Days'", "'days'")]
    [InlineData("""{"days":"3"}""", "days must be a whole number from 1 to 30, not \"3\"", "days as 3")]
    [InlineData("""{"days":3.0}""", "not 3.0", "days as 3")]
    [InlineData("""{"days":3e0}""", "not 3e0", "days as 3")]
    [InlineData("""{"days":0}""", "from 1 to 30, not 0", "3")]
    [InlineData("""{"days":-1}""", "not -1", "3")]
    [InlineData("""{"days":31}""", "not 31", "3")]
    [InlineData("""{"days":99999999999999999999}""", "not 99999999999999999999", "3")]
    [InlineData("""{"days":null}""", "days is null", "Leave days out")]
    [InlineData("""{"days":true}""", "not true", "3")]
    [InlineData("""{"mode":"prodution"}""", "not 'prodution'", "'production'")]
    [InlineData("""{"mode":"Production"}""", "not 'Production'", "'production'")]
    [InlineData("""{"mode":"dry-run"}""", "not 'dry-run'", "'dry_run'")]
    [InlineData("""{"mode":1}""", "mode must be a string, not a number", "production")]
    [InlineData("""{"force":"true"}""", "force must be true or false, not \"true\"", "true")]
    [InlineData("""{"force":1}""", "force must be true or false, not 1", "true")]
    [InlineData("""{"vendors":"anthropic"}""", "vendors must be a list of strings, not a text", "[\"anthropic\"]")]
    [InlineData("""{"vendors":[]}""", "vendors is empty", "Leave vendors out")]
    [InlineData("""{"vendors":[1]}""", "vendors[0] must be a string", "anthropic")]
    [InlineData("""{"vendors":["antropic"]}""", "no vendor 'antropic'", "'anthropic'")]
    [InlineData("""{"vendors":[""]}""", "no vendor ''", "Did you mean '")]
    [InlineData("""{"accounts":["reserch"]}""", "no account 'reserch'", "'research'")]
    [InlineData("""{"vendors":["openai"],"accounts":["research"]}""",
        "'research' belongs to 'anthropic'", "Add 'anthropic'")]
    [InlineData("""{"reports":["costz"]}""", "no report 'costz'", "'cost")]
    [InlineData("""{"vendors":["openai"],"reports":["cost"]}""", "'cost' belongs to 'anthropic'", "Add 'anthropic'")]
    [InlineData("""{"accounts":["research"],"reports":["completions"]}""",
        "'completions' belongs to 'openai'", "Add 'openai'")]
    [InlineData("""{"from":"2026-02-30"}""", "2026-02-30, a day that does not exist", "2026-02-28")]
    [InlineData("""{"from":"2024-02-30"}""", "does not exist", "2024-02-29")]
    [InlineData("""{"from":"2026-13-01"}""", "2026-13-01", "2026-11-22")]
    [InlineData("""{"from":"2026-00-10"}""", "2026-00-10", "2026-11-22")]
    [InlineData("""{"from":"0000-01-01"}""", "0000-01-01", "2000-01-01")]
    [InlineData("""{"from":"2026-1-1"}""", "must be a date as YYYY-MM-DD, not '2026-1-1'", "2026-11-22")]
    [InlineData("""{"from":"2026-11-01T00:00:00Z"}""", "must be a date", "2026-11-22")]
    [InlineData("""{"from":"2026-11-01\n"}""", "must be a date", "2026-11-22")]
    [InlineData("""{"from":"２０２６-11-01"}""", "must be a date", "2026-11-22")]
    [InlineData("""{"from":20261101}""", "from must be a string", "2026-11-22")]
    [InlineData("""{"from":"2026-11-23"}""", "2026-11-23, a day that is not closed", "2026-11-22")]
    [InlineData("""{"to":"2026-11-24"}""", "to is 2026-11-24, a day that is not closed", "2026-11-22")]
    [InlineData("""{"from":"2026-11-10","to":"2026-11-09"}""", "is before from", "in order")]
    [InlineData("""{"from":"2026-11-10","days":3}""", "days and from cannot be combined", "from with to")]
    [InlineData("""{"from":"2024-11-01","to":"2026-11-01"}""",
        "spans 731 days; one run covers at most 366", "2025-11-01")]
    [InlineData("""{"days":3,"days":3}""", "Duplicate", "")]
    public void What_is_not_understood_is_rejected_by_name_with_what_would_be(string body, string reason, string hint)
    {
        var rejection = Should.Throw<RejectedEventException>(() => Read(body));

        rejection.Message.ShouldContain(reason, Case.Insensitive);
        rejection.Hint.ShouldContain(hint);
    }

    [Theory]
    [InlineData("days", "three")]
    [InlineData("days", "+3")]
    [InlineData("days", " 3")]
    [InlineData("days", "٣")]
    [InlineData("days", "")]
    [InlineData("force", "True")]
    [InlineData("force", "1")]
    [InlineData("mode", "")]
    [InlineData("vendors", " ")]
    [InlineData("vendors", "anthropic,openai")]
    [InlineData("from", "yesterday")]
    [InlineData("dayz", "3")]
    [InlineData("Days", "3")]
    [InlineData("verbose", "true")]
    public void An_attribute_is_read_as_strictly(string name, string value) =>
        Should.Throw<RejectedEventException>(() => Read("", (name, value))).Message.ShouldContain(name.TrimEnd('s'));

    [Fact]
    public void A_comma_between_names_is_explained() =>
        Should.Throw<RejectedEventException>(() => Read("", ("vendors", "anthropic,openai"))).Hint.ShouldContain(
            "separated by spaces");

    [Fact]
    public void A_body_and_an_attribute_that_disagree_are_rejected_naming_both_values()
    {
        var rejection = Should.Throw<RejectedEventException>(() => Read("""{"days":3}""", ("days", "4")));

        rejection.Message.ShouldContain("'3'");
        rejection.Message.ShouldContain("'4'");
        Read("""{"days":3,"vendors":["openai","anthropic"]}""", ("days", "3"), ("vendors", "anthropic openai")).Days.ShouldBe(3);
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var rejection = Should.Throw<RejectedEventException>(() => Read("""{"dayz":3,"mode":"x","to":"2026-02-30"}"""));

        rejection.Message.ShouldContain("dayz");
        rejection.Message.ShouldContain("mode");
        rejection.Message.ShouldContain("2026-02-30");
    }

    [Fact]
    public void Attributes_of_the_transport_are_no_arguments()
    {
        var run = Read(
            "",
            ("ce-id", "1"),
            ("CE-Foo", "1"),
            ("googclient_schemaname", "1"),
            ("CloudPubSubDeadLetterSourceSubscription", "1"),
            ("Content-Type", "text/plain"), ("traceparent", "x"), ("TraceState", "y"));

        run.ShouldBe(new RunRequested(RunMode.Production, 1, null, null, false, null, null, null));
    }

    [Theory]
    [InlineData("", 1, null, null)]
    [InlineData(" \r\n", 1, null, null)]
    [InlineData("{}", 1, null, null)]
    [InlineData("""{"days":30}""", 30, null, null)]
    [InlineData("""{"to":"2026-11-10"}""", 1, null, "2026-11-10")]
    [InlineData("""{"days":2,"to":"2026-11-22"}""", 2, null, "2026-11-22")]
    [InlineData("""{"from":"2026-11-22"}""", null, "2026-11-22", null)]
    [InlineData("""{"from":"2025-11-22","to":"2026-11-22"}""", null, "2025-11-22", "2026-11-22")]
    public void Days_are_counted_back_or_given_as_a_range(string body, int? days, string? from, string? to)
    {
        var run = Read(body);

        (run.Days, run.From, run.To).ShouldBe((days, Day(from), Day(to)));
    }

    [Fact]
    public void The_events_own_day_decides_what_is_closed()
    {
        var midnight = new DateTimeOffset(2026, 11, 1, 0, 30, 0, TimeSpan.FromHours(14));
        var received = new ReceivedEvent(
            "1", "s", RunRequested.EventType, midnight, "{\"to\":\"2026-10-31\"}"u8.ToArray(), Attributes.None,
            new Delivery(null, null, null, null, midnight));

        Should.Throw<RejectedEventException>(() => RunRequestedReader.Read(received, DoorFixture.Catalogue))
            .Hint.ShouldContain("2026-10-30");
    }

    [Fact]
    [LargeBody]
    public void Reading_stops_at_the_tenth_mistake_however_many_there_are()
    {
        var body = new StringBuilder("{");
        for (var n = 0; n < 900_000; n++)
        {
            body.Append(n == 0 ? "" : ",").Append("\"k").Append(n).Append("\":1");
        }

        var rejected = Should.Throw<RejectedEventException>(() => Read(body.Append('}').ToString()));

        rejected.Message.ShouldBe(
            string.Join(' ', Enumerable.Range(0, 10).Select(n => $"A run request has no field 'k{n}'.")));
    }

    [Fact]
    public void A_list_of_unknown_names_stops_at_the_tenth_too()
    {
        var rejected = Should.Throw<RejectedEventException>(
            () => Read($$"""{"vendors":[{{string.Join(',', Enumerable.Range(0, 1_000).Select(n => $"\"v{n}\""))}}]}"""));

        rejected.Message.ShouldBe(string.Join(' ', Enumerable.Range(0, 10).Select(n => $"There is no vendor 'v{n}'.")));
    }

    [Fact]
    [LargeBody]
    public void A_list_longer_than_anybody_has_accounts_is_not_read_to_its_end()
    {
        var names = Enumerable.Repeat("default", 400_000).ToList();

        Should.Throw<RejectedEventException>(() => Read($$"""{"accounts":["{{string.Join("\",\"", names)}}"]}"""))
            .Message.ShouldBe("accounts has more than 1000 names.");
        Should.Throw<RejectedEventException>(() => Read("", ("accounts", string.Join(' ', names))))
            .Message.ShouldBe("accounts has more than 1000 names.");
    }

    [Fact]
    public void Names_that_come_twice_count_once() => Read("""{"vendors":["openai","openai"]}""").Vendors.ShouldBe(["openai"]);

    [Fact]
    public void What_is_written_reads_the_same()
    {
        var run = new RunRequested(
            RunMode.DryRun, null, new(2026, 11, 1), new(2026, 11, 9), true, ["anthropic"], ["research"], ["cost"]);

        var read = RunRequestedReader.Read(RunRequestedReader.Write(run), Today, DoorFixture.Catalogue);

        read.Vendors.ShouldBe(run.Vendors);
        read.Accounts.ShouldBe(run.Accounts);
        read.Reports.ShouldBe(run.Reports);
        (read with { Vendors = null, Accounts = null, Reports = null }).ShouldBe(run with
        {
            Vendors = null,
            Accounts = null,
            Reports = null,
        });
    }

    private static DateOnly? Day(string? text) =>
        text is null
            ? null
            : DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static RunRequested Read(string body, params (string Name, string Value)[] attributes) =>
        RunRequestedReader.Read(
        new ReceivedEvent(
            "1",
            "s",
            RunRequested.EventType,
            new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero),
            Encoding.UTF8.GetBytes(body),
            new Attributes(attributes.Select(a => KeyValuePair.Create(a.Name, a.Value))),
            new Delivery(null, null, null, null, new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero))),
        DoorFixture.Catalogue);
}
