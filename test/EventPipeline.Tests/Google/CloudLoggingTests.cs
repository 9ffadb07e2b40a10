using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using EventPipeline.Google.Logging;
using EventPipeline.Tests.Vendors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Google;

/// <summary>
/// A log entry is one line of JSON, with the fields that Cloud Logging and Error Reporting know, whatever is logged.
/// </summary>
public sealed class CloudLoggingTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, 123, TimeSpan.Zero));

    [Fact]
    public void The_named_values_of_a_message_are_fields_of_the_entry()
    {
        Activity.Current = null;

        var text = Write(log => log.LogInformation(
            new EventId(7, "window.ended"),
            "{Window} of {RunId}: {Rows} rows, {Usd} dollars, {Share}, {Day}, {At}, {Good}, {Nothing}, {Notes}",
            new Window("anthropic", "acme", "cost", new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 3)),
            "run-1",
            12L,
            1.2378912m,
            0.5,
            new DateOnly(2026, 11, 22),
            _clock.GetUtcNow(),
            true,
            null,
            new[] { "a", "b" }));

        var message =
            "anthropic/acme/cost 2026-11-01..2026-11-03 of run-1: 12 rows, 1.2378912 dollars, 0.5, 11/22/2026, "
                + "11/23/2026 06:00:00 +00:00, True, (null), a, b";
        text.ShouldBe($$"""
            {"severity":"INFO","message":"{{message}}","time":"2026-11-23T06:00:00.123000Z","logger":"Test","event":"window.ended","eventId":7,"vendor":"anthropic","account":"acme","report":"cost","windowFrom":"2026-11-01","windowTo":"2026-11-03","windowDays":3,"runId":"run-1","rows":12,"usd":1.2378912,"share":0.5,"day":"2026-11-22","at":"2026-11-23T06:00:00.123000Z","good":true,"notes":["a","b"]}

            """);
    }

    [Fact]
    public void Sums_by_basis_are_an_object_of_numbers_and_left_out_where_there_is_none()
    {
        var sums = SumsByBasis.None.With("priced_usage", -2).With("list", 1.5m);

        var entry = Entry(log => log.LogInformation("{OtherUsd} {Nothing}", sums, SumsByBasis.None));

        entry.GetProperty("otherUsd").GetRawText().ShouldBe("""{"list":1.5,"priced_usage":-2}""");
        entry.TryGetProperty("nothing", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(LogLevel.Trace, "DEBUG")]
    [InlineData(LogLevel.Debug, "DEBUG")]
    [InlineData(LogLevel.Information, "INFO")]
    [InlineData(LogLevel.Warning, "WARNING")]
    [InlineData(LogLevel.Error, "ERROR")]
    [InlineData(LogLevel.Critical, "CRITICAL")]
    public void Every_level_is_a_severity(LogLevel level, string severity) =>
        Text(Entry(log => log.Log(level, "It happened.")), "severity").ShouldBe(severity);

    [Fact]
    public void An_entry_names_its_trace_and_whether_it_is_sampled()
    {
        using var activity = new Activity("test").SetParentId(
            ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
            ActivitySpanId.CreateFromString("b7ad6b7169203331"),
            ActivityTraceFlags.Recorded)
            .Start();

        var entry = Entry(log => log.LogInformation("It happened."));

        Text(entry, "logging.googleapis.com/trace").ShouldBe("projects/p-1/traces/0af7651916cd43dd8448eb211c80319c");
        Text(entry, "logging.googleapis.com/spanId").ShouldBe(activity.SpanId.ToHexString());
        entry.GetProperty("logging.googleapis.com/trace_sampled").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void An_unsampled_trace_is_named_all_the_same()
    {
        using var activity = new Activity("test").SetParentId(
            ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
            ActivitySpanId.CreateFromString("b7ad6b7169203331")).Start();

        var entry = Entry(log => log.LogInformation("It happened."));

        Text(entry, "logging.googleapis.com/trace").ShouldBe("projects/p-1/traces/0af7651916cd43dd8448eb211c80319c");
        entry.GetProperty("logging.googleapis.com/trace_sampled").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void An_error_is_an_entry_of_error_reporting_with_its_stack_service_and_request()
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path, context.Request.QueryString) = (
            "POST", "/events/run requested", new QueryString("?key=secret"));
        context.Request.Headers.UserAgent = "APIs-Google";
        context.Request.Headers["X-Forwarded-For"] = "1.1.1.1, 203.0.113.7";

        var text = Write(
            log => log.LogError(Thrown("It broke.\nBadly."), "It failed."),
            new HttpContextAccessor { HttpContext = context },
            ("K_SERVICE", "pipeline"), ("K_REVISION", "pipeline-00007"));

        text.ShouldNotContain("secret");
        var entry = JsonElement.Parse(text);
        Text(entry, "@type")
            .ShouldBe("type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent");
        Text(entry, "stack_trace")
            .ShouldStartWith("System.IO.InvalidDataException: It broke.\nBadly.\n   at EventPipeline.Tests.");
        entry.GetProperty("serviceContext").GetRawText().ShouldBe("""{"service":"pipeline","version":"pipeline-00007"}""");
        entry.GetProperty("context").GetRawText().ShouldBe(
            """{"httpRequest":{"method":"POST","url":"/events/run%20requested","userAgent":"APIs-Google","remoteIp":"203.0.113.7"}}""");
    }

    [Fact]
    public void An_error_without_a_stack_is_told_apart_by_where_it_was_reported()
    {
        var entry = Entry(log => log.LogError(new EventId(1, "dead_letter.stored"), "A dead letter."));

        entry.GetProperty("context").GetRawText().ShouldBe(
            """{"reportLocation":{"filePath":"Test","lineNumber":1,"functionName":"dead_letter.stored"}}""");
        entry.GetProperty("serviceContext").GetProperty("service").GetString().ShouldBe("eventpipeline");
        entry.GetProperty("serviceContext").GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_failure_that_is_tried_again_is_a_warning_with_its_stack_and_no_error_report()
    {
        var entry = Entry(log => log.LogWarning(Thrown("Later."), "It is tried again."));

        Text(entry, "severity").ShouldBe("WARNING");
        Text(entry, "stack_trace").ShouldContain("Later.");
        entry.TryGetProperty("@type", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_request_is_an_http_request_of_cloud_logging()
    {
        var entry = Entry(log => log.LogInformation("{HttpRequest}", new AnsweredRequest(
            "POST",
            "/events/fetch-requested",
            204,
            TimeSpan.FromMilliseconds(123),
            "APIs-Google",
            "203.0.113.7",
            1234,
            "HTTP/1.1")));

        entry.GetProperty("httpRequest").GetRawText().ShouldBe(
            """{"requestMethod":"POST","requestUrl":"/events/fetch-requested","status":204,"latency":"0.123s","userAgent":"APIs-Google","remoteIp":"203.0.113.7","requestSize":"1234","protocol":"HTTP/1.1"}""");
    }

    [Theory]
    [InlineData(
        "two\nlines\r\nand\u2028more\u2029\u0085\u000b\u000c", "two\nlines\r\nand\u2028more\u2029\u0085\u000b\u000c")]
    [InlineData("\0\u001b[31m\"quoted\" back\\slash", "\0\u001b[31m\"quoted\" back\\slash")]
    public void Text_of_any_kind_stays_on_one_line(string text, string read)
    {
        var line = Write(log => log.LogInformation("{Text}", text));

        Lines(line).ShouldBe(1);
        Text(JsonElement.Parse(line), "message").ShouldBe(read);
        Text(JsonElement.Parse(line), "text").ShouldBe(read);
    }

    [Fact]
    public void Half_a_character_is_replaced()
    {
        var entry = Entry(log => log.LogInformation("{Text}", "\ud83d alone \udc4d"));

        (Text(entry, "message"), Text(entry, "text")).ShouldBe(("\ufffd alone \ufffd", "\ufffd alone \ufffd"));
    }

    [Fact]
    public void Numbers_that_are_none_are_texts()
    {
        var entry = Entry(
            log =>
                log.LogInformation(
                    "{A} {B} {C} {D}", double.NaN, double.PositiveInfinity, float.NegativeInfinity, decimal.MaxValue));

        (Text(entry, "a"), Text(entry, "b"), Text(entry, "c")).ShouldBe(("NaN", "Infinity", "-Infinity"));
        entry.GetProperty("d").GetDecimal().ShouldBe(decimal.MaxValue);
    }

    [Fact]
    public void A_value_that_cannot_be_shown_does_not_keep_the_entry_from_being_written()
    {
        var entry = Entry(log => log.LogError(new Unspeakable(), "{Before} {It} {After}", 1, new Stubborn(), 2));

        Text(entry, "message")
            .ShouldBe("{Before} {It} {After} (one of its values cannot be shown: InvalidOperationException)");
        (entry.GetProperty("before").GetInt32(), entry.GetProperty("after").GetInt32()).ShouldBe((1, 2));
        Text(entry, "it").ShouldBe("Stubborn, which cannot be shown: InvalidOperationException");
        Text(entry, "stack_trace").ShouldBe("Unspeakable, which cannot be shown: NotSupportedException");
    }

    [Fact]
    public void A_list_that_breaks_off_is_written_as_far_as_it_goes()
    {
        var entry = Entry(log => log.Log(
            LogLevel.Information,
            1,
            new List<KeyValuePair<string, object?>> { new("Items", Broken()) },
            null,
            (_, _) => "It happened."));

        entry.GetProperty("items")
            .EnumerateArray()
            .Select(item => item.GetString())
            .ShouldBe(["one", "… cannot be shown: InvalidOperationException"]);
    }

    [Fact]
    public void Names_of_values_never_take_the_place_of_the_entrys_own()
    {
        var line = Write(
            log =>
                log.LogInformation(
                    "{severity} {Message} {httpRequest} {Rows} {rows} {time}", "ERROR", "x", "y", 1, 2, "z"));
        var entry = JsonElement.Parse(line);

        Text(entry, "severity").ShouldBe("INFO");
        (Text(entry, "severity_"), Text(entry, "message_"), Text(entry, "httpRequest_"), Text(entry, "time_"))
            .ShouldBe(("ERROR", "x", "y", "z"));
        (entry.GetProperty("rows").GetInt32(), entry.GetProperty("rows_").GetInt32()).ShouldBe((1, 2));
        entry.EnumerateObject().Select(field => field.Name).ShouldBeUnique();
    }

    [Fact]
    public void An_entry_is_cut_to_what_cloud_logging_takes()
    {
        var nasty = string.Concat(Enumerable.Repeat("\u0001👍\n", 300_000));

        var line = Write(log => log.LogError(Thrown(nasty), "{A} {B} {C}", nasty, nasty, Enumerable.Repeat(nasty, 3)));

        Encoding.UTF8.GetByteCount(line).ShouldBeLessThanOrEqualTo(CloudLoggingFormatter.MaxBytes + 1);
        Lines(line).ShouldBe(1);
        var entry = JsonElement.Parse(line);
        (Text(entry, "severity"), Text(entry, "message").Length, Text(entry, "stack_trace").Length)
            .ShouldSatisfyAllConditions(
            cut => cut.Item1.ShouldBe("ERROR"),
            cut => cut.Item2.ShouldBeGreaterThan(1_000),
            cut => cut.Item3.ShouldBeGreaterThan(1_000));
        Text(entry, "a").ShouldEndWith(" more characters)");
        Text(entry, "a").ShouldNotContain("\ufffd");
    }

    [Fact]
    public void A_thousand_values_are_cut_too()
    {
        var values = Enumerable.Range(0, 1_000)
            .Select(i => KeyValuePair.Create<string, object?>(new string('n', 5_000) + i, new string('\u0001', 50_000)))
            .ToList();

        var line = Write(log => log.Log(LogLevel.Information, 1, values, null, (_, _) => "It happened."));

        Encoding.UTF8.GetByteCount(line).ShouldBeLessThanOrEqualTo(CloudLoggingFormatter.MaxBytes + 1);
        Text(JsonElement.Parse(line), "message").ShouldBe("It happened.");
    }

    [Fact]
    public async Task Headers_of_the_services_own_requests_are_named_and_their_values_are_not_written()
    {
        using var lines = new CloudLines(_clock);
        var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines));
        services.AddHttpClient("vendor").RedactLoggedHeaders(_ => true)
            .ConfigurePrimaryHttpMessageHandler(() => new StubVendor().On("/", "{}", headers: ("x-echo", "canary-3")));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("vendor");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://vendor.test/");
        request.Headers.Authorization = new("Bearer", "canary-1");
        request.Headers.Add("x-api-key", "canary-2");

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        var text = string.Concat(lines.Texts);
        text.ShouldContain("x-api-key: *");
        text.ShouldContain("x-echo: *");
        text.ShouldNotContain("canary");
    }

    [Fact]
    public void Whatever_is_logged_is_one_line_of_json() =>
        Gen.Select(Gen.String, Gen.String, Gen.Double, Gen.String[0, 5]).Sample((name, text, number, more) =>
    {
        var values = new List<KeyValuePair<string, object?>> { new(name, text), new(name, number), new(more, name) };
        var line = Write(log => log.Log(LogLevel.Error, new EventId(1, name), values, null, (_, _) => text));
        return Lines(line) == 1 && JsonElement.Parse(line).ValueKind == JsonValueKind.Object;
    });

    private static IEnumerable<string> Broken()
    {
        yield return "one";
        throw new InvalidOperationException("No more.");
    }

    private static InvalidDataException Thrown(string message)
    {
        try
        {
            throw new InvalidDataException(message);
        }
        catch (InvalidDataException thrown)
        {
            return thrown;
        }
    }

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString().ShouldNotBeNull();

    // By any reader's idea of a line.
    private static int Lines(string text) => text.TrimEnd('\n').ReplaceLineEndings("\n").Split('\n').Length;

    private JsonElement Entry(Action<ILogger> log) => JsonElement.Parse(Write(log));

    private string Write(
        Action<ILogger> log, IHttpContextAccessor? requests = null, params (string Name, string? Value)[] settings)
    {
        using var lines = new CloudLines(_clock, requests, settings);
        log(lines.CreateLogger("Test"));
        return lines.Texts.ShouldHaveSingleItem();
    }

    private sealed class Stubborn
    {
        public override string ToString() => throw new InvalidOperationException("It does not say.");
    }

    private sealed class Unspeakable : Exception
    {
        public override string ToString() => throw new NotSupportedException("It does not say.");
    }
}
