using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Benchmarks.Vendors;

/// <summary>
/// Anthropic with very many rows: it serves each <see cref="Report"/> on one page, which is written as it is sent.
/// </summary>
internal sealed class BulkVendor : IAsyncDisposable
{
    private const int FlushBytes = 64 * 1024;
    private static readonly Report[] Reports = [Report.Messages, Report.Costs];

    private readonly WebApplication _app;
    private readonly long _rows;

    private BulkVendor(long rows)
    {
        _rows = rows;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>What it says of the rows now.</summary>
    public Edition Edition { get; set; } = new(0, RestatesLastDay: false);

    /// <summary>The settings with which a service reads it, as the account <c>bulk</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Vendors__Anthropic__BaseAddress"] = _app.Urls.First(),
        ["Vendors__Anthropic__Accounts__0__Name"] = "bulk",
        ["Vendors__Anthropic__Accounts__0__Secret"] = "env:ANTHROPIC_KEY",
        ["ANTHROPIC_KEY"] = "sk-ant-admin01-benchmark",
    };

    public static async Task<BulkVendor> StartAsync(long rows, CancellationToken cancellationToken)
    {
        var vendor = new BulkVendor(rows);
        await vendor._app.StartAsync(cancellationToken);
        return vendor;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.ContentType = "application/json";
        if (request.Path == "/v1/organizations/me")
        {
            await response.WriteAsync(
                """{"id":"5b1f63b1-9a2f-4f7c-8d0e-3b8a7c1d2e4f","type":"organization","name":"Bulk"}""",
                context.RequestAborted);
            return;
        }

        if (Array.Find(Reports, report => report.Path == request.Path) is not { } report)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var (from, to) = (Day(request, "starting_at"), Day(request, "ending_at"));
        foreach (var piece in report.Pieces(from, to.DayNumber - from.DayNumber, _rows, Edition))
        {
            Encoding.UTF8.GetBytes(piece, response.BodyWriter);
            if (response.BodyWriter.UnflushedBytes > FlushBytes)
            {
                await response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }
    }

    private static DateOnly Day(HttpRequest request, string name) => DateOnly.ParseExact(
        request.Query[name].ToString()[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
