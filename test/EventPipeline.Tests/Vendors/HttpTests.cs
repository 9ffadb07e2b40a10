using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EventPipeline.Tests.Service;
using EventPipeline.Vendors.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Vendors;

/// <summary>Over a real connection: what only a network can do.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private const string Page = """
        { "data": [ { "starting_at": "2026-11-01T00:00:00Z", "ending_at": "2026-11-02T00:00:00Z",
            "results": [ { "amount": "150", "currency": "USD" } ] } ], "has_more": false, "next_page": null }
        """;

    private readonly List<(string Path, string Key)> _asked = [];
    private WebApplication _server = null!;
    private VendorBench _bench = null!;
    private RequestDelegate _answer = _ => throw new InvalidOperationException("Nothing is arranged.");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(context =>
        {
            _asked.Add((context.Request.Path, context.Request.Headers["x-api-key"].ToString()));
            return _answer(context);
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _bench = new VendorBench(network: null, new HurriedTime(), ("Vendors:StallTimeout", "00:00:00.300"))
        {
            Address = new Uri(_server.Urls.Single() + "/proxy/"),
        };
    }

    [Fact]
    public async Task A_report_is_read_below_the_base_address()
    {
        _answer = context => context.Response.WriteAsync(Page, context.RequestAborted);

        var items = await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        items.OfType<CostRecord>().Single().AmountUsd.ShouldBe(1.5m);
        _asked.ShouldBe([("/proxy/v1/organizations/cost_report", VendorBench.Secret)]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n{0} is no header\r\n\r\n")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n0\r\n{0} "
            + "is no header\r\n\r\n")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{0} is no length\r\n")]
    public async Task An_answer_that_is_not_http_and_echoes_the_key_is_told_without_it(string answer)
    {
        using var vendor = new RawVendor(string.Format(CultureInfo.InvariantCulture, answer, VendorBench.Secret));
        using var bench = new VendorBench(network: null, new HurriedTime()) { Address = vendor.Address };

        var failure = await bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.InnerException.ShouldNotBeNull();
        failure.ToString().ShouldNotContain("a-test-secret");
    }

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        _answer = async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Page), context.RequestAborted);
        };

        (await _bench.ReadAsync("anthropic", "cost", "2026-11-01", "2026-11-01"))
            .OfType<CostRecord>()
            .Count()
            .ShouldBe(1);
        _bench.Kept.Single().Payload.ShouldBe(Page);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_body_is_transient()
    {
        _answer = async context =>
        {
            context.Response.ContentLength = Page.Length;
            await context.Response.WriteAsync(Page[..100], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        };

        await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01");
    }

    [Fact]
    public async Task A_body_that_stalls_is_transient()
    {
        _answer = async context =>
        {
            await context.Response.WriteAsync(Page[..100], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        (await _bench.TransientAsync("anthropic", "cost", "2026-11-01", "2026-11-01")).Message.ShouldContain("stalled");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_the_credential_stays()
    {
        _answer = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };

        var failure = await _bench.RejectedAsync("anthropic", "cost", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.VendorRefused);
        failure.Message.ShouldContain("/elsewhere");
        _asked.Count.ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>Answers every request with this text.</summary>
    private sealed class RawVendor : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public RawVendor(string answer)
        {
            _listener.Start();
            _ = AnswerAsync(Encoding.ASCII.GetBytes(answer));
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}/");

        public void Dispose() => _listener.Dispose();

        private async Task AnswerAsync(byte[] answer)
        {
            var request = new byte[16 * 1024];
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                await using var stream = client.GetStream();
                await stream.ReadAtLeastAsync(
                    request, 1, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
                await stream.WriteAsync(answer, TestContext.Current.CancellationToken);
            }
        }
    }
}
