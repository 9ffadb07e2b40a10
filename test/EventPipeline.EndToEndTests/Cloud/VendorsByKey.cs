using System.Net;
using EventPipeline.EndToEndTests.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>Several simulations behind one address: each request goes to the one that knows its key.</summary>
internal sealed class VendorsByKey : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Dictionary<string, Uri> addressOf;
    private readonly WebApplication app;

    private VendorsByKey(IEnumerable<Simulation> simulations)
    {
        addressOf = simulations
            .SelectMany(simulation => simulation.Accounts.Select(account => (account.Key, simulation.Address)))
            .ToDictionary(one => one.Key, one => one.Address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.Run(PassOnAsync);
    }

    public Uri Address => new(app.Urls.First());

    public static async Task<VendorsByKey> StartAsync(IEnumerable<Simulation> simulations)
    {
        var vendors = new VendorsByKey(simulations);
        await vendors.app.StartAsync(TestContext.Current.CancellationToken);
        return vendors;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var key = headers["x-api-key"] is [{ } own] ? own : $"{headers.Authorization}"["Bearer ".Length..];
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(addressOf[key], $"{context.Request.Path}{context.Request.QueryString}"));
        foreach (var (name, value) in headers.Where(header => header.Key != "Host"))
        {
            request.Headers.TryAddWithoutValidation(name, [.. value]);
        }

        using var answer = await http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Transfer-Encoding" or "Content-Length")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
