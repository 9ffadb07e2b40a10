using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Benchmarks;

/// <summary>
/// OpenAI's <c>/v1/organization/usage/completions</c> with as many rows as are wanted, spread over the days asked for,
/// all on one page: the shape in which the least of it may be held.
/// </summary>
/// <remarks>https://platform.openai.com/docs/api-reference/usage/completions</remarks>
internal sealed class BulkVendor : IAsyncDisposable
{
    private const int Day = 24 * 60 * 60;
    private const int FlushBytes = 64 * 1024;

    private readonly WebApplication _app;

    private BulkVendor(long rows)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => AnswerAsync(context, rows));
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<BulkVendor> StartAsync(long rows, CancellationToken cancellationToken)
    {
        var vendor = new BulkVendor(rows);
        await vendor._app.StartAsync(cancellationToken);
        return vendor;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, long rows)
    {
        if (context.Request.Path != "/v1/organization/usage/completions")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var from = long.Parse(context.Request.Query["start_time"].ToString(), CultureInfo.InvariantCulture);
        var to = long.Parse(context.Request.Query["end_time"].ToString(), CultureInfo.InvariantCulture);
        var days = (to - from) / Day;
        context.Response.ContentType = "application/json";
        var body = context.Response.BodyWriter;
        Write(body, """{"object":"page","data":[""");
        for (var day = 0L; day < days; day++)
        {
            Write(body, string.Create(
                CultureInfo.InvariantCulture,
                $$"""{{(day == 0 ? "" : ",")}}{"object":"bucket","start_time":{{from + (day * Day)}},"end_time":{{from + ((day + 1) * Day)}},"results":["""));
            var first = rows * day / days;
            var last = rows * (day + 1) / days;
            for (var row = first; row < last; row++)
            {
                Write(body, Row(row, isFirst: row == first));
                if (body.UnflushedBytes > FlushBytes)
                {
                    await body.FlushAsync(context.RequestAborted);
                }
            }

            Write(body, "]}");
        }

        Write(body, """],"has_more":false,"next_page":null}""");
    }

    private static string Row(long row, bool isFirst) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {{(isFirst ? "" : ",")}}{"object":"organization.usage.completions.result","input_tokens":{{1_000 + (row % 977)}},"output_tokens":{{row % 503}},"input_cached_tokens":{{row % 401}},"input_audio_tokens":0,"output_audio_tokens":0,"num_model_requests":{{1 + (row % 7)}},"project_id":"proj_{{row % 50}}","user_id":"user-{{row}}","api_key_id":"key_{{row % 5_000}}","model":"gpt-5.2-{{row % 9}}","batch":false,"service_tier":"default"}
        """);

    private static void Write(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);
}
