using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EventPipeline.Commands;
using EventPipeline.Tests.Vendors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.Tests.Commands;

public sealed class ProbeTests : IDisposable
{
    private readonly StringWriter _error = new();

    public void Dispose() => _error.Dispose();

    [Fact]
    public async Task A_service_that_answers_is_alive_and_nothing_is_said()
    {
        await using var service = await StartAsync(request => request.Path == "/liveness" ? 200 : 404);

        (await ProbeAsync(Port(service))).ShouldBe(0);

        _error.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(503)]
    [InlineData(302)]
    [InlineData(204)]
    public async Task Any_other_answer_is_not_alive(int status)
    {
        await using var service = await StartAsync(_ => status);

        (await ProbeAsync(Port(service))).ShouldBe(1);

        _error.ToString()
            .ShouldBe($"http://127.0.0.1:{Port(service)}/liveness answered {status}.{Environment.NewLine}");
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_where_it_asked()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        (await ProbeAsync(Text(((IPEndPoint)taken.LocalEndPoint!).Port))).ShouldBe(1);

        _error.ToString().ShouldStartWith($"http://{taken.LocalEndPoint}/liveness could not be reached: ");
    }

    [Fact]
    public async Task A_service_that_hangs_is_not_waited_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var clock = new WaitingClock();

        var probe = new ProbeCommand(_error, clock)
            .ExecuteAsync(Text(((IPEndPoint)silent.LocalEndpoint).Port), TestContext.Current.CancellationToken);
        await clock.PassAsync(2);

        (await probe).ShouldBe(1);
        _error.ToString().ShouldEndWith($"/liveness did not answer within 2 s.{Environment.NewLine}");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("65536")]
    [InlineData("-1")]
    public async Task A_port_that_is_none_is_told(string port)
    {
        (await ProbeAsync(port)).ShouldBe(1);

        _error.ToString().ShouldBe($"PORT is '{port}'; give a number from 0 to 65535.{Environment.NewLine}");
    }

    private static async Task<WebApplication> StartAsync(Func<HttpRequest, int> status)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = status(context.Request);
            context.Response.Headers.Location = "/liveness?again";
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static string Port(WebApplication service) => Text(new Uri(service.Urls.Single()).Port);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private Task<int> ProbeAsync(string port) =>
        new ProbeCommand(_error, TimeProvider.System).ExecuteAsync(port, TestContext.Current.CancellationToken);
}
