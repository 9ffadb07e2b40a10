using System.Net;
using EventPipeline.Local.Simulator.Anthropic;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.OpenAI;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Local.Simulator.Serving;

namespace EventPipeline.Local.Simulator;

/// <summary>
/// The vendors' APIs on one address of this machine, with seeded data: Anthropic under <c>/v1/organizations/</c>, OpenAI under
/// <c>/v1/organization/</c>. Everything it answers carries the header <c>X-Simulated: true</c>.
/// </summary>
internal static class SimulatorApplication
{
    /// <summary>An application that is ready to start. It logs nothing and reads no configuration.</summary>
    /// <param name="options">The seed and the clock.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for any, which <see cref="WebApplication.Urls"/> tells after the start.</param>
    public static WebApplication Build(SimulatorOptions options, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRouting();
        var app = builder.Build();

        var world = new World(options, app.Lifetime.ApplicationStopping);
        var anthropic = new SimulatedAnthropic(options);
        var openAI = new SimulatedOpenAI(options);
        app.Use((context, next) =>
        {
            context.Response.Headers["X-Simulated"] = "true";
            return next(context);
        });
        app.UseRouting();
        app.MapSimulator(world, [anthropic, openAI]);
        app.Map($"{anthropic.Root}{{**rest}}", new VendorEndpoint(anthropic, world).HandleAsync);
        app.Map($"{openAI.Root}{{**rest}}", new VendorEndpoint(openAI, world).HandleAsync);
        app.MapFallback(context => NotFoundAsync(context, IsForAnthropic(context) ? anthropic : openAI, world));
        return app;
    }

    /// <summary>Who is served under a seed, with keys.</summary>
    public static IReadOnlyList<SimulatedAccount> Accounts(int seed) => SimulatedAccount.Of(seed);

    private static bool IsForAnthropic(HttpContext context) =>
        context.Request.Headers.ContainsKey("anthropic-version") || context.Request.Headers.ContainsKey("x-api-key");

    // Whatever the vendor is not asked properly, it still answers in its own format.
    private static Task NotFoundAsync(HttpContext context, ISimulatedVendor vendor, World world)
    {
        var request = new VendorRequest(
            world.NextNumber(),
            context.Request.Method,
            context.Request.Path.Value!,
            new Dictionary<string, IReadOnlyList<string>>(),
            context.Request.Headers);
        var reply = vendor.Error(request, StatusCodes.Status404NotFound, $"There is nothing at {request.Path}.");
        return Serving.Delivery.SendAsync(context, reply, retryAfter: null, fault: null, world.Stopping);
    }
}
