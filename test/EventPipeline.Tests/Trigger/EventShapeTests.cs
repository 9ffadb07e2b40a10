using System.Net;
using static EventPipeline.Tests.Trigger.Pushes;

namespace EventPipeline.Tests.Trigger;

public sealed class EventShapeTests : IClassFixture<DoorFixture>
{
    private readonly DoorFixture _door;

    public EventShapeTests(DoorFixture door)
    {
        _door = door;
        _door.Clear();
    }

    [Fact]
    public async Task A_wrapped_push_without_attributes_is_named_by_its_message_id()
    {
        (await _door.PostAsync("/events/run-requested", Wrapped("""{"days":3}"""))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var (run, received, _) = _door.Runs.ShouldHaveSingleItem();
        run.Days.ShouldBe(3);
        received.Id.ShouldBe("2070443601311540");
        received.Source.ShouldBe("//pubsub.googleapis.com/projects/p/subscriptions/trigger");
        received.Type.ShouldBe(RunType);
        received.Time.ShouldBe(new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.Zero).AddTicks(1234567));
        received.Delivery.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_wrapped_push_in_snake_case_is_read()
    {
        await _door.PostAsync("/events/run-requested", """{"message":{"message_id":"5","publish_time":"2026-11-22T00:00:00Z","data":"e30="}}""");

        _door.Runs.ShouldHaveSingleItem().Event.Id.ShouldBe("5");
    }

    [Fact]
    public async Task A_wrapped_push_with_binary_attributes_in_any_case_is_a_cloud_event()
    {
        await _door.PostAsync(
            "/events/run-requested",
            Wrapped("{}", attributes: [.. Binary().Select(a => (a.Name.ToUpperInvariant(), a.Value))]));

        var received = _door.Runs.ShouldHaveSingleItem().Event;
        received.Id.ShouldBe("event-1");
        received.Time.ShouldBe(new DateTimeOffset(2026, 11, 21, 6, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_wrapped_push_may_hold_a_structured_event()
    {
        await _door.PostAsync(
            "/events/run-requested",
            Wrapped(Structured(), attributes: ("Content-Type", "application/cloudevents+json; charset=utf-8")));

        var (run, received, _) = _door.Runs.ShouldHaveSingleItem();
        (run.Days, received.Id).ShouldBe((3, "event-1"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/events/run-requested")]
    public async Task A_structured_event_is_read(string path)
    {
        await _door.PostAsync(path, Structured(), ("content-type", "application/cloudevents+json"));

        var (run, received, _) = _door.Runs.ShouldHaveSingleItem();
        (run.Days, received.Id, received.Source).ShouldBe((3, "event-1", "//me"));
    }

    [Fact]
    public async Task A_structured_event_may_hold_its_data_in_base64()
    {
        await _door.PostAsync(
            "/events/run-requested",
            Structured(data: null, more: ",\"data_base64\":\"eyJkYXlzIjo3fQ==\""),
            ("content-type", "application/cloudevents"));

        _door.Runs.ShouldHaveSingleItem().Message.Days.ShouldBe(7);
    }

    [Fact]
    public async Task A_structured_event_without_a_time_takes_the_one_that_a_replay_says()
    {
        var body = Structured().Replace("\"time\":\"2026-11-21T06:00:00Z\",", "", StringComparison.Ordinal);
        await _door.PostAsync(
            "/events/run-requested",
            Wrapped(
                body,
                attributes:
                [
                    ("content-type", "application/cloudevents+json"),
                    ("ce-time", "2026-10-01T00:00:00Z"),
                    ("ce-replays", "1"),
                ]));

        _door.Runs.ShouldHaveSingleItem().Event.Time.ShouldBe(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/events/fetch-requested")]
    public async Task An_unwrapped_push_is_a_binary_cloud_event(string path)
    {
        await _door.PostAsync(path, FetchBody, [.. Binary(FetchType), .. Metadata]);

        var (fetch, received) = _door.Fetches.ShouldHaveSingleItem();
        fetch.Window.ToString().ShouldBe("anthropic/default/cost 2026-11-20..2026-11-22");
        (received.Id, received.Delivery.MessageId, received.Delivery.Subscription)
            .ShouldBe(("event-1", "77", "projects/p/subscriptions/fetch"));
    }

    [Fact]
    public async Task Header_values_of_a_cloud_event_are_percent_decoded()
    {
        await _door.PostAsync(
            "/events/run-requested",
            "",
            ("ce-specversion", "1.0"),
            ("ce-id", "%C3%A9%20%F0%9F%98%80"),
            ("ce-source", "//me"),
            ("ce-type", RunType));

        _door.Runs.ShouldHaveSingleItem().Event.Id.ShouldBe("é 😀");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Eventarc_wraps_a_message_in_an_event(bool structured)
    {
        const string source = "//pubsub.googleapis.com/projects/p/topics/trigger";
        const string published = "google.cloud.pubsub.topic.v1.messagePublished";
        var body = Wrapped("""{"days":2}""", id: null);
        if (structured)
        {
            body = $$"""{"specversion":"1.0","id":"99","source":"{{source}}","type":"{{published}}","data":{{body}}}""";
            await _door.PostAsync("/", body, ("content-type", "application/cloudevents+json"));
        }
        else
        {
            await _door.PostAsync(
                "/",
                body,
                ("ce-specversion", "1.0"),
                ("ce-id", "99"),
                ("ce-source", source),
                ("ce-type", published),
                ("content-type", "application/json"));
        }

        var (run, received, _) = _door.Runs.ShouldHaveSingleItem();
        (run.Days, received.Id, received.Source, received.Type).ShouldBe((2, "99", source, RunType));
    }

    [Fact]
    public async Task Eventarc_around_a_cloud_event_gives_the_event_inside()
    {
        await _door.PostAsync(
            "/",
            Wrapped(FetchBody, "100", Binary(FetchType)),
            ("ce-specversion", "1.0"),
            ("ce-id", "100"),
            ("ce-source", "//x"),
            ("ce-type", "google.cloud.pubsub.topic.v1.messagePublished"));

        _door.Fetches.ShouldHaveSingleItem().Event.Id.ShouldBe("event-1");
    }

    [Fact]
    public async Task Plain_json_by_hand_is_named_by_what_it_says_and_by_the_day_it_came()
    {
        await _door.PostAsync("/events/run-requested", """{"days":3}""");
        await _door.PostAsync("/events/run-requested", """{"days":3}""", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        await _door.PostAsync("/", """{"days":3}""", ("content-type", "text/plain"));

        var same = _door.Runs.Select(run => run.Event).ToList();
        same.Count.ShouldBe(3);
        same.Select(e => (e.Id, e.Source)).Distinct().ShouldHaveSingleItem();
        same.ShouldAllBe(e => e.Time == _door.Clock.GetUtcNow() && e.Type == RunType);

        await _door.PostAsync("/events/run-requested", """{"days":4}""");
        await _door.PostAsync("/events/run-requested", """{"days":3}""", ("mode", "dry_run"));
        await _door.PostAsync("/events/run-requested", """{"days":3}""", ("ce-id", "mine"));
        _door.Runs.Select(run => run.Event.Id).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task The_same_bytes_on_another_day_are_another_event()
    {
        await _door.PostAsync("/events/run-requested", """{"days":5}""");
        _door.Clock.Advance(TimeSpan.FromDays(1));
        await _door.PostAsync("/events/run-requested", """{"days":5}""");

        _door.Runs.Select(run => run.Event.Id).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_push_without_a_message_id_that_comes_again_is_the_same_event()
    {
        var push = Wrapped("""{"days":3}""", id: null);
        await _door.PostAsync("/events/run-requested", push);
        _door.Clock.Advance(TimeSpan.FromDays(2));
        await _door.PostAsync("/events/run-requested", push);
        await _door.PostAsync(
            "/events/run-requested", push.Replace("2026-11-22T23:59", "2026-11-22T23:58", StringComparison.Ordinal));

        var ids = _door.Runs.Select(run => run.Event.Id).ToList();
        ids[1].ShouldBe(ids[0]);
        ids[2].ShouldNotBe(ids[0]);
    }

    [Fact]
    public async Task Arguments_come_as_attributes()
    {
        await _door.PostAsync(
            "/events/run-requested",
            Wrapped(
                null,
                attributes:
                [
                    ("days", "3"),
                    ("mode", "dry_run"),
                    ("vendors", "anthropic  openai"),
                    ("force", "true"),
                    ("googclient_x", "y"),
                    ("tracestate", "z"),
                ]));

        var run = _door.Runs.ShouldHaveSingleItem().Message;
        (run.Days, run.Mode, run.Force).ShouldBe((3, RunMode.DryRun, true));
        run.Vendors.ShouldBe(["anthropic", "openai"]);
    }

    [Fact]
    public async Task Arguments_come_as_headers_of_an_unwrapped_push_and_the_senders_mail_address_is_none()
    {
        await _door.PostAsync(
            "/events/run-requested", "", [("Days", "3"), ("From", "noreply@google.com"), .. Metadata]);

        _door.Runs.ShouldHaveSingleItem().Message.Days.ShouldBe(3);
    }

    [Fact]
    public async Task The_argument_from_is_read_beside_Googles_own_From_header()
    {
        await _door.PostAsync(
            "/events/run-requested",
            "",
            [("From", "noreply@google.com"), ("from", "2026-11-01"), ("to", "2026-11-20"), .. Metadata]);

        _door.Runs.ShouldHaveSingleItem().Message.From.ShouldBe(new DateOnly(2026, 11, 1));
    }

    [Fact]
    public async Task A_trace_that_a_proxy_has_named_again_stops_no_run()
    {
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await _door.PostAsync(
            "/events/run-requested", "{}", [("traceparent", trace), ("traceparent", trace), .. Metadata]);

        _door.Runs.ShouldHaveSingleItem();
    }

    /// <summary>What Google's pushes, Cloud Run's front end, proxies and tracers send beside a message.</summary>
    [Fact]
    public async Task No_header_on_the_way_of_a_real_push_is_taken_for_an_attribute()
    {
        (string, string)[] onTheWay =
        [
            ("From", "noreply@google.com"),
            ("User-Agent", "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"),
            ("Accept", "application/json"),
            ("Accept-Encoding", "gzip, deflate, br"),
            ("Authorization", "Bearer x"),
            ("X-Forwarded-For", "66.102.8.77"),
            ("X-Forwarded-Proto", "https"),
            ("Forwarded", "for=\"66.102.8.77\";proto=https"),
            ("Via", "1.1 google"),
            ("X-Cloud-Trace-Context", "0af7651916cd43dd8448eb211c80319c/1;o=1"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("tracestate", "a=b"),
            ("baggage", "a=b"),
            ("b3", "0"),
            ("X-Serverless-Authorization", "Bearer x"),
            ("X-Goog-IAP-JWT-Assertion", "x"),
            ("X-Appengine-Country", "ZZ"),
            ("Cache-Control", "no-cache"),
            ("Pragma", "no-cache"),
            ("TE", "trailers"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-GPC", "1"),
            ("DNT", "1"),
            ("Cookie", "a=b"),
            ("Origin", "https://x.test"),
            ("Referer", "https://x.test/"),
            ("Priority", "u=1"),
            ("newrelic", "x"),
            ("sw8", "x"),
            ("uber-trace-id", "x"),
            ("sentry-trace", "x"),
            ("cdn-loop", "x"),
            ("Function-Execution-Id", "x"),
            ("grpc-trace-bin", "x"),
            ("l5d-dst-service", "x"),
            ("x-mode", "x"),
            ("Date", "Tue, 15 Nov 1994 08:12:31 GMT"),
            ("Range", "bytes=0-1"), ("kong-request-id", "x"), ("Max-Forwards", "1"), ("x-envoy-attempt-count", "1"),
        ];
        await _door.PostAsync("/events/run-requested", """{"days":3}""", [.. onTheWay, .. Metadata]);

        var (run, received, _) = _door.Runs.ShouldHaveSingleItem();
        run.Days.ShouldBe(3);
        received.Attributes.Names.Order().ShouldBe(["traceparent", "tracestate"]);
    }

    [Theory]
    [InlineData("day", "3", "days")]
    [InlineData("dayz", "3", "days")]
    [InlineData("Dry_Run", "true", "")]
    [InlineData("dry-run-mode", "true", "mode")]
    [InlineData("vendor", "openai", "vendors")]
    [InlineData("forse", "true", "force")]
    [InlineData("date", "2026-11-20", "days")]
    [InlineData("from-date", "2026-11-20", "")]
    [InlineData("region", "eu", "")]
    [InlineData("dry-run", "true", "")]
    [InlineData("last-days", "7", "")]
    [InlineData("user-accounts", "acme", "")]
    [InlineData("start-date", "2026-11-20", "")]
    [InlineData("overwrite", "true", "")]
    public async Task An_unknown_attribute_of_an_unwrapped_push_is_refused_as_of_a_wrapped_one(
        string name, string value, string nearest)
    {
        await _door.PostAsync("/events/run-requested", "{}", [(name, value), .. Metadata]);

        var letter = _door.Rejection();
        letter.Reason.ShouldBe($"A run request has no attribute '{name.ToLowerInvariant()}'.");
        letter.Hint.ShouldContain(nearest.Length > 0 ? $"Did you mean '{nearest}'?" : "Did you mean '");
        letter.Attributes[name.ToLowerInvariant()].ShouldBe(value);
    }

    [Fact]
    public async Task Extensions_of_a_CloudEvent_are_ignored()
    {
        await _door.PostAsync(
            "/events/run-requested", "{}", [.. Binary(), ("ce-day", "3"), ("ce-partitionkey", "x"), .. Metadata]);

        _door.Runs.ShouldHaveSingleItem().Message.Days.ShouldBe(1);
    }

    [Theory]
    [InlineData("/events/run-requested?days=3", "'days'")]
    [InlineData("/?days=3&mode=dry_run", "'days', 'mode'")]
    [InlineData("/events/fetch-requested?x", "'x'")]
    [InlineData("/events/run-requested?token=a&days=3", "'days'")]
    public async Task A_query_where_none_is_read_is_refused_by_name(string path, string names)
    {
        (await _door.PostAsync(path, path.Contains("fetch", StringComparison.Ordinal) ? FetchBody : "{}")).StatusCode
            .ShouldBe(HttpStatusCode.NoContent);

        _door.Rejection().Reason.ShouldContain(
            $"The URL has a query with {names}, but query parameters are not read here.");
    }

    [Theory]
    [InlineData("/events/run-requested?token=shared-secret")]
    [InlineData("/?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Ft")]
    [InlineData("/?__GCP_CloudEventsMode=CE_PUBSUB_BINDING")]
    public async Task What_Google_puts_into_push_addresses_refuses_nothing(string path)
    {
        await _door.PostAsync(path, Wrapped("{}"));

        _door.Runs.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_comes_by_the_dead_letter_topic_is_stored_as_what_it_is_whatever_query_its_address_has()
    {
        await _door.PostAsync(
            "/events/dead-lettered?days=3", Wrapped("{}", "9", Binary("eventpipeline.dead-lettered.v1")));

        _door.DeadLetters.ShouldHaveSingleItem().Unreadable.ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_message_with_an_id_is_the_daily_run()
    {
        await _door.PostAsync("/events/run-requested", Wrapped(null));
        await _door.PostAsync("/events/run-requested", "", Metadata);
        await _door.PostAsync("/events/run-requested", "", Binary());

        _door.Runs.Count.ShouldBe(3);
        _door.Runs.ShouldAllBe(
            run => run.Message.Days == 1 && run.Message.Mode == RunMode.Production && !run.Message.Force);
    }

    [Fact]
    public async Task A_type_alone_among_the_attributes_is_enough()
    {
        await _door.PostAsync("/", Wrapped("{}", "7", ("ce-type", RunType), ("ce-id", "mine")));

        _door.Runs.ShouldHaveSingleItem().Event.Id.ShouldBe("mine");
    }

    [Fact]
    public async Task Members_that_the_envelope_may_grow_are_ignored()
    {
        await _door.PostAsync("/events/run-requested", """{"message":{"messageId":"1","data":null,"attributes":null,"new":{}},"newer":[1]}""");

        _door.Runs.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_continues_the_trace_that_it_names()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        await _door.PostAsync(
            "/events/run-requested", Wrapped("{}", attributes: ("traceparent", $"00-{trace}-b7ad6b7169203331-01")));

        _door.Runs.ShouldHaveSingleItem().Trace.ShouldBe(trace);
    }

    [Theory]
    [InlineData("/events/dead-lettered", "anything at all")]
    [InlineData("/events/dead-lettered", "")]
    [InlineData("/events/dead-lettered", """{"message":{"data":"%%%"}}""")]
    public async Task Whatever_comes_by_the_dead_letter_topic_is_stored(string path, string body)
    {
        (await _door.PostAsync(path, body)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        _door.DeadLetters.ShouldHaveSingleItem();
        _door.Published.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/events/dead-lettered")]
    public async Task A_copy_that_Pub_Sub_forwarded_is_a_dead_letter_although_it_keeps_the_originals_type(string path)
    {
        await _door.PostAsync(
            path, Wrapped(FetchBody, "9", [.. Binary(FetchType), ("CloudPubSubDeadLetterSourceDeliveryCount", "5")]));

        _door.Fetches.ShouldBeEmpty();
        _door.DeadLetters.ShouldHaveSingleItem().Unreadable.ShouldBeNull();
    }

    [Fact]
    public async Task A_copy_that_Pub_Sub_forwarded_is_recognised_inside_Eventarcs_event()
    {
        await _door.PostAsync(
            "/",
            Wrapped(FetchBody, "9", [.. Binary(FetchType), ("CloudPubSubDeadLetterSourceDeliveryCount", "5")]),
            Binary("google.cloud.pubsub.topic.v1.messagePublished"));

        _door.Fetches.ShouldBeEmpty();
        _door.DeadLetters.ShouldHaveSingleItem().Arrival.Message.IsForwarded.ShouldBeTrue();
    }

    [Fact]
    public async Task A_dead_letter_at_the_root_goes_by_its_type()
    {
        await _door.PostAsync("/", Wrapped("{}", "9", Binary("eventpipeline.dead-lettered.v1")));

        _door.DeadLetters.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_may_pass_is_delivered_again_and_then_done()
    {
        _door.Behaviour = () => throw new TransientFailureException("The vendor is busy.");
        using var failed = await _door.PostAsync("/events/run-requested", Wrapped("{}"));
        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await failed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldContain("The vendor is busy.");

        _door.Behaviour = () => Task.CompletedTask;
        (await _door.PostAsync("/events/run-requested", Wrapped("{}"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _door.Runs.Select(run => run.Event.Id).Distinct().ShouldHaveSingleItem();
        _door.Published.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_unexpected_failure_leaks_nothing()
    {
        _door.Behaviour = () => throw new InvalidOperationException("password=hunter2");
        using var failed = await _door.PostAsync("/events/run-requested", Wrapped("{}"));

        failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await failed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task What_a_handler_rejects_is_dead_lettered_with_its_cause_and_acknowledged()
    {
        _door.Behaviour = () =>
            throw new RejectedEventException("The key was refused.", "Use an admin key.", RejectionCause.Credential);
        (await _door.PostAsync("/events/fetch-requested", FetchBody, [.. Binary(FetchType), .. Metadata])).StatusCode
            .ShouldBe(HttpStatusCode.NoContent);

        var letter = DoorFixture.LetterOf(_door.Published.ShouldHaveSingleItem());
        (letter.SourceTopic, letter.Cause, letter.Reason, letter.Hint)
            .ShouldBe(("fetch", "credential", "The key was refused.", "Use an admin key."));
        (letter.EventId, letter.MessageId, letter.EventType).ShouldBe(("event-1", "77", FetchType));
    }

    [Fact]
    public async Task A_rejected_message_is_not_acknowledged_until_its_dead_letter_is_published()
    {
        _door.Topic = () => throw new TransientFailureException("The dead-letter topic did not answer.");
        (await _door.PostAsync("/events/run-requested", "nonsense")).StatusCode
            .ShouldBe(HttpStatusCode.ServiceUnavailable);

        _door.Topic = () => Task.CompletedTask;
        (await _door.PostAsync("/events/run-requested", "nonsense")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
