using System.Net;
using EventPipeline.Google.SignIn;
using EventPipeline.Tests.Google.SignIn;
using EventPipeline.Tests.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Hosting;

/// <summary>What is closed although nobody closed it, and who is on this machine.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class AccessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_the_operators()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var app = GuardedHost.Build(issuer, builder => builder.Services.AddGoogleSignIn());
        app.MapGet("/new", () => "secret");
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var answer = await http.GetAsync(new Uri("new", UriKind.Relative), Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", HttpStatusCode.Unauthorized)]
    [InlineData("Forwarded", HttpStatusCode.Unauthorized)]
    public async Task Metrics_are_for_whoever_collects_them_beside_the_service_but_not_through_a_front_end(
        string? header, HttpStatusCode status)
    {
        await using var issuer = await Issuer.StartAsync();
        await using var app = GuardedHost.Build(issuer, builder => builder.Services.AddGoogleSignIn());
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        if (header is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(header, "127.0.0.1").ShouldBeTrue();
        }

        using var answer = await http.GetAsync(new Uri("metrics", UriKind.Relative), Cancellation);

        answer.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("run-daily-job", "Host", "evil.test")]
    [InlineData("run-daily-job", "Host", "127.0.0.1.evil.test")]
    [InlineData("run-daily-job", "Origin", "https://evil.test")]
    [InlineData("run-daily-job", "Origin", "null")]
    [InlineData("query", "Host", "evil.test")]
    [InlineData("v1/projects/local/topics/eventpipeline-trigger:publish", "Origin", "https://evil.test")]
    [InlineData("events/run-requested", "Host", "evil.test")]
    public async Task A_web_page_cannot_use_a_browser_on_this_machine_against_the_local_service(
        string path, string header, string value)
    {
        await using var host = await ServiceHost.StartAsync();

        using var answer = await host.PostAsync(path, "{}", (header, value));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.WwwAuthenticate.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("::ffff:192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("2001:db8::7", HttpStatusCode.Forbidden)]
    [InlineData("::1", HttpStatusCode.OK)]
    [InlineData("::ffff:127.0.0.1", HttpStatusCode.OK)]
    public async Task The_local_service_answers_this_machine_alone(string caller, HttpStatusCode status)
    {
        await using var host = await ServiceHost.StartAsync(
            configure: builder => builder.Services.AddSingleton<IStartupFilter>(new From(IPAddress.Parse(caller))));

        using var answer = await host.Http.GetAsync(new Uri("status", UriKind.Relative), Cancellation);

        answer.StatusCode.ShouldBe(status);
        using var probe = await host.Http.GetAsync(new Uri("liveness", UriKind.Relative), Cancellation);
        probe.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("127.0.0.2")]
    public async Task The_local_service_answers_to_every_name_of_this_machine(string name)
    {
        await using var host = await ServiceHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "status");
        request.Headers.Host = name;
        request.Headers.Add("Origin", $"http://{name}");

        using var answer = await host.Http.SendAsync(request, Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class From(IPAddress caller) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = caller;
                return following(context);
            });
            next(app);
        };
    }
}
