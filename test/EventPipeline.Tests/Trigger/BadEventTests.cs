using System.Net;
using System.Security.Cryptography;
using System.Text;
using static EventPipeline.Tests.Trigger.Pushes;

namespace EventPipeline.Tests.Trigger;

[Collection(nameof(LargeBodies))]
public sealed class BadEventTests : IClassFixture<DoorFixture>
{
    private readonly DoorFixture _door;

    public BadEventTests(DoorFixture door)
    {
        _door = door;
        _door.Clear();
    }

    [Theory]
    [InlineData("""{"message":{"data":"%%%","messageId":"1"}}""", "message.data is not standard base64")]
    [InlineData("""{"message":{"data":"e30","messageId":"1"}}""", "message.data is not standard base64")]
    [InlineData("""{"message":{"data":"_-8=","messageId":"1"}}""", "message.data is not standard base64")]
    [InlineData("""{"message":{"data":"e3 0=","messageId":"1"}}""", "message.data is not standard base64")]
    [InlineData("""{"message":{"data":5,"messageId":"1"}}""", "message.data must be a string, not a number")]
    [InlineData("""{"message":{"messageId":5}}""", "message.messageId must be a string")]
    [InlineData("""{"message":{"messageId":"1","attributes":[]}}""", "message.attributes must be a JSON object")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"days":3}}}""", "message.attributes.days must be a string")]
    [InlineData("""{"message":{"messageId":"1","publishTime":"yesterday"}}""", "message.publishTime is not an RFC 3339 timestamp")]
    [InlineData("""{"message":{"messageId":"1"},"subscription":[]}""", "subscription must be a string")]
    [InlineData("""{"message":{"messageId":"1"},"deliveryAttempt":"5"}""", "deliveryAttempt must be a whole number")]
    [InlineData("""{"message":"hello"}""", "message must be a JSON object")]
    [InlineData("""{"message":null}""", "has no message")]
    [InlineData("""{"mesage":{},"subscription":"s"}""", "has no message")]
    [InlineData("""{"message":{}}""", "contains no message")]
    [InlineData("""{"message":{"messageId":"1","messageId":"2"}}""", "not valid JSON")]
    [InlineData("""{"message":{"messageId":"\ud800"}}""", "half of a surrogate pair")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"\udc00":"x"}}}""", "not text")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"ce-id":"a","CE-ID":"b"}}}""", "ce-id occurs twice")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"ce-specversion":"1.0"}}}""", "ce-id is missing")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"ce-id":""}}}""", "ce-id is empty")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"ce-time":"1999-12-31T23:59:59Z"}}}""", "ce-time lies outside the years")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"ce-time":"0001-01-01T00:00:00+14:00"}}}""", "ce-time")]
    [InlineData("""{"message":{"messageId":"1","attributes":{"dayz":"3"}}}""", "'dayz'")]
    [InlineData("""{"days":31}""", "days must be a whole number from 1 to 30, not 31")]
    [InlineData("{", "not valid JSON")]
    [InlineData("hello", "not valid JSON")]
    [InlineData("[]", "must be a JSON object, not a list")]
    [InlineData("null", "must be a JSON object, not null")]
    [InlineData("", "contains no message")]
    public async Task A_bad_body_is_dead_lettered_with_what_is_wrong(string body, string reason)
    {
        using var response = await _door.PostAsync("/events/run-requested", body);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var letter = _door.Rejection();
        letter.Reason.ShouldContain(reason);
        letter.Hint.ShouldNotBeEmpty();
        letter.Cause.ShouldBe("bad_input");
        letter.SourceTopic.ShouldBe("trigger");
    }

    [Theory]
    [InlineData("""{"id":"1","source":"s","type":"t"}""", "specversion is missing")]
    [InlineData("""{"specversion":"2.0","id":"1","source":"s","type":"t"}""", "specversion is '2.0'")]
    [InlineData("""{"specversion":1.0,"id":"1","source":"s","type":"t"}""", "specversion must be a string")]
    [InlineData("""{"specversion":"1.0","source":"s","type":"t"}""", "id is missing")]
    [InlineData("""{"specversion":"1.0","id":"","source":"s","type":"t"}""", "id is empty")]
    [InlineData("""{"specversion":"1.0","id":"1","type":"t"}""", "source is missing")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s"}""", "type is missing")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","time":"soon"}""", "time is not an RFC 3339 timestamp")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"%"}""", "data_base64 is not standard base64")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"e30=","data":{}}""", "is not valid")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","extra":{"a":1}}""", "is not valid")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","extra":99999999999}""", "is not valid")]
    [InlineData("""{"specversion":"1.0","id":"1","source":"s","type":"t","extra":"\ud800"}""", "is not valid")]
    [InlineData("""[]""", "must be a JSON object")]
    public async Task A_bad_structured_event_is_dead_lettered_with_what_is_wrong(string body, string reason)
    {
        await _door.PostAsync("/", body, ("content-type", "application/cloudevents+json; charset=utf-8"));

        _door.Rejection().Reason.ShouldContain(reason);
    }

    [Theory]
    [InlineData("application/cloudevents-batch+json", "batch")]
    [InlineData("application/cloudevents+xml", "application/cloudevents+xml")]
    [InlineData("application/cloudeventsx", "application/cloudeventsx")]
    public async Task Batches_and_other_formats_are_rejected_by_name(string contentType, string reason)
    {
        await _door.PostAsync("/events/run-requested", "[]", ("content-type", contentType));

        _door.Rejection().Reason.ShouldContain(reason);
    }

    [Theory]
    [InlineData("ce-specversion", "0.3")]
    [InlineData("ce-id", "%zz")]
    [InlineData("ce-time", "2026-11-31T00:00:00Z")]
    [InlineData("ce-type", "eventpipeline.run.requestd.v1")]
    public async Task A_bad_header_is_named(string name, string value)
    {
        await _door.PostAsync(
            "/events/run-requested", "{}", [.. Binary().Where(header => header.Name != name), (name, value)]);

        var letter = _door.Rejection();
        letter.Reason.ShouldContain(name);
        letter.Reason.ShouldContain(value);
    }

    [Fact]
    public async Task A_type_that_belongs_elsewhere_is_rejected_naming_both()
    {
        await _door.PostAsync("/events/run-requested", FetchBody, Binary(FetchType));

        var letter = _door.Rejection();
        letter.Reason.ShouldContain(FetchType);
        letter.Reason.ShouldContain(RunType);
        letter.Hint.ShouldContain("/events/fetch-requested");
    }

    [Fact]
    public async Task An_unknown_type_at_the_root_is_rejected_with_the_nearest()
    {
        await _door.PostAsync("/", "{}", Binary("eventpipeline.fetch.request.v1"));

        _door.Rejection().Hint.ShouldContain($"'{FetchType}'");
    }

    [Fact]
    public async Task A_byte_order_mark_is_named_in_the_envelope_and_in_the_data()
    {
        await _door.PostAsync(
            "/events/run-requested", (byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Wrapped("{}"))]);
        await _door.PostAsync("/events/run-requested", Wrapped("\uFEFF{}"));
        await _door.PostAsync(
            "/events/run-requested", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray());

        _door.Runs.ShouldBeEmpty();
        _door.Published.Count.ShouldBe(3);
        _door.Published.ShouldAllBe(message => DoorFixture.LetterOf(message).Reason.Contains("byte-order mark"));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_rejected_and_kept()
    {
        byte[] body = [.. "{\"mode\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        await _door.PostAsync("/events/run-requested", body, Metadata);

        var letter = _door.Rejection();
        letter.Reason.ShouldContain("not UTF-8: byte 9");
        Convert.FromBase64String(letter.Payload).ShouldBe(body);
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(100_000, true)]
    public async Task Nesting_deeper_than_64_is_rejected(int depth, bool tooDeep)
    {
        var nested = string.Concat(Enumerable.Repeat("[", depth - 1))
            + string.Concat(Enumerable.Repeat("]", depth - 1));
        await _door.PostAsync("/events/run-requested", $$"""{"x":{{nested}}}""");

        _door.Rejection().Reason.Contains("deeper than 64", StringComparison.Ordinal).ShouldBe(tooDeep);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_rejected_with_its_size_and_hash_and_its_beginning_is_kept()
    {
        var body = new byte[(14 * 1024 * 1024) + 1];
        body.AsSpan().Fill((byte)' ');
        using var response = await _door.PostAsync("/events/run-requested", body);

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var letter = _door.Rejection();
        letter.Reason.ShouldContain($"{body.Length} bytes");
        letter.Reason.ShouldContain(letter.PayloadSha256);
        letter.PayloadSha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(body)));
        letter.PayloadBytes.ShouldBe(body.Length);
        letter.PayloadTruncated.ShouldBeTrue();
        Convert.FromBase64String(letter.Payload).Length.ShouldBe(64 * 1024);
    }

    [Fact]
    [LargeBody]
    public async Task The_largest_body_that_Pub_Sub_can_push_is_read()
    {
        // 10 MB of data in base64, with the envelope around it.
        var data = "{\"days\":3" + new string(' ', 10_000_000 - 10) + "}";
        (await _door.PostAsync("/events/run-requested", Wrapped(data))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        _door.Runs.ShouldHaveSingleItem().Message.Days.ShouldBe(3);
    }

    [Fact]
    [LargeBody]
    public async Task Whatever_its_bytes_are_a_dead_letter_is_small_enough_to_be_published()
    {
        // In base64 all of it is plus signs, of which JSON for web pages makes six bytes each.
        byte[] three = [0xFB, 0xEF, 0xBE];
        await _door.PostAsync(
            "/events/run-requested",
            Enumerable.Repeat(three, 3_000_000).SelectMany(bytes => bytes).ToArray(),
            Metadata);

        _door.Rejection().PayloadTruncated.ShouldBeTrue();
        _door.Published.ShouldHaveSingleItem().Data.Length.ShouldBeLessThan(10_000_000);
    }

    [Fact]
    [LargeBody]
    public async Task More_values_than_anybody_means_are_not_read_to_their_end()
    {
        await _door.PostAsync(
            "/events/run-requested", $"[{string.Concat(Enumerable.Repeat("0,", 4_000_000))}0]", Metadata);

        _door.Rejection().Reason.ShouldContain("holds more than 2000000 names and values");
    }

    [Theory]
    [InlineData("""{"message":{"messageId":"a b","data":"e30="}}""")]
    [InlineData("""{"message":{"messageId":"1\u0000","data":"e30="}}""")]
    public async Task A_message_id_that_is_none_is_rejected(string body)
    {
        await _door.PostAsync("/events/run-requested", body);

        _door.Rejection().Reason.ShouldContain("The message id is");
    }

    [Fact]
    [LargeBody]
    public async Task A_message_id_of_a_megabyte_is_rejected_and_not_repeated()
    {
        await _door.PostAsync("/events/run-requested", Wrapped("{}", id: new string('1', 1_000_000)));

        var letter = _door.Rejection();
        letter.Reason.ShouldContain("(1000000 characters)");
        letter.Reason.Length.ShouldBeLessThan(400);
    }

    [Theory]
    [InlineData("ce-id")]
    [InlineData("ce-type")]
    [InlineData("content-type")]
    [InlineData("x-goog-pubsub-message-id")]
    [InlineData("days")]
    public async Task A_header_that_comes_twice_is_rejected_by_name(string name)
    {
        var answer = await _door.SendRawAsync(
            $"POST /events/run-requested HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n{name}: "
                + $"1\r\n{name}: 1\r\n\r\n{{}}");

        answer.ShouldStartWith("HTTP/1.1 204");
        _door.Rejection().Reason.ShouldContain($"The header {name} occurs 2 times");
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\n{\"days\":3}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\na\r\n{\"days\":3}\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nnonsense\r\n")]
    public async Task A_body_that_does_not_arrive_whole_is_never_acknowledged(string rest)
    {
        var answer = await _door.SendRawAsync(
            $"POST /events/run-requested HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{rest}", stop: true);

        answer.ShouldNotStartWith("HTTP/1.1 2");
        _door.Runs.ShouldBeEmpty();
        _door.Published.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_chunked_body_is_read()
    {
        var answer = await _door.SendRawAsync(
            "POST /events/run-requested HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: "
                + "chunked\r\n\r\n5\r\n{\"day\r\n5\r\ns\":3}\r\n0\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 204");
        _door.Runs.ShouldHaveSingleItem().Message.Days.ShouldBe(3);
    }

    [Fact]
    public async Task A_rejected_message_that_comes_again_is_the_same_dead_letter()
    {
        await _door.PostAsync("/events/run-requested", Wrapped("{\"dayz\":3}"));
        await _door.PostAsync("/events/run-requested", Wrapped("{\"dayz\":3}"));
        await _door.PostAsync("/events/run-requested", Wrapped("{\"dayz\":3}", id: "another"));

        var ids = _door.Published.Select(message => DoorFixture.LetterOf(message).Id).ToList();
        ids[1].ShouldBe(ids[0]);
        ids[2].ShouldNotBe(ids[0]);
    }
}
