using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Service;

/// <summary>
/// The vendors' APIs over HTTP: answers what was arranged, as often as it is asked. What was not arranged is answered
/// with 400 and kept in <see cref="NotArranged"/>, which the host looks at.
/// </summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();

    private VendorServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Every request, path and query unescaped.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<string> NotArranged { get; } = new();

    public static async Task<VendorServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new VendorServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers a path with a document, for one page of it.</summary>
    public VendorServer On(string path, string body, string? page = null, int status = 200) =>
        On(path, context => WriteAsync(context, body, status), page);

    public VendorServer On(string path, Func<HttpContext, Task> answer, string? page = null)
    {
        _answers[$"{path}#{page}"] = answer;
        return this;
    }

    /// <summary>Answers a bucketed report with a bucket per day asked for, on one page.</summary>
    /// <param name="path">The path.</param>
    /// <param name="results">What a day's bucket holds, without the brackets around.</param>
    public VendorServer OnDays(string path, Func<DateOnly, string> results) =>
        On(path, context => WriteAsync(context, Buckets(context.Request.Query, results), 200));

    public static Task WriteAsync(HttpContext context, string body, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    public static string Buckets(IQueryCollection query, Func<DateOnly, string> results)
    {
        var isAnthropic = query.ContainsKey("starting_at");
        var (from, end) = isAnthropic
            ? (Rfc(query["starting_at"]!), Rfc(query["ending_at"]!))
            : (Unix(query["start_time"]!), Unix(query["end_time"]!));
        var buckets = Enumerable.Range(0, end.DayNumber - from.DayNumber).Select(from.AddDays).Select(day => isAnthropic
            ? $$"""{"starting_at":"{{day:yyyy-MM-dd}}T00:00:00Z","ending_at":"{{day.AddDays(1):yyyy-MM-dd}}T00:00:00Z","results":[{{results(day)}}]}"""
            : $$"""{"object":"bucket","start_time":{{Seconds(day)}},"end_time":{{Seconds(day.AddDays(1))}},"results":[{{results(day)}}]}""");
        return $$"""{"object":"page","data":[{{string.Join(",", buckets)}}],"has_more":false,"next_page":null}""";
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var asked = Uri.UnescapeDataString($"{request.Path}{request.QueryString}");
        Asked.Enqueue(asked);
        var page = new[] { "page", "after_id", "after" }
            .Select(name => (string?)request.Query[name])
            .FirstOrDefault(value => value is not null);
        if (_answers.TryGetValue($"{request.Path}#{page}", out var answer))
        {
            await answer(context);
            return;
        }

        NotArranged.Enqueue(asked);
        await WriteAsync(context, """{"error":{"type":"not_arranged","message":"Nothing is arranged for this."}}""", 400);
    }

    private static DateOnly Rfc(string text) =>
        DateOnly.ParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Unix(string text) =>
        DateOnly.FromDateTime(
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture)).UtcDateTime);

    private static long Seconds(DateOnly day) =>
        new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();
}
