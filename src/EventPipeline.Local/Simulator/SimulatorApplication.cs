using System.Net;
using EventPipeline.Local.Shared;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;
using EventPipeline.Local.Simulator.Serving;

namespace EventPipeline.Local.Simulator;

/// <summary>
/// The vendors' APIs on one address of this machine, with seeded data, each under its own root. Everything it answers
/// carries the header <c>X-Simulated: true</c>.
/// </summary>
internal static class SimulatorApplication
{
    /// <summary>An application that is ready to start. It logs nothing and reads no configuration.</summary>
    /// <param name="options">The seed and the clock.</param>
    /// <param name="port">
    /// The port on 127.0.0.1; 0 for any; <see cref="WebApplication.Urls"/> has it after the start.
    /// </param>
    /// <param name="played">The vendors it plays; one that takes any remaining request comes last.</param>
    public static WebApplication Build(SimulatorOptions options, int port, params IReadOnlyList<SimulatedVendor> played)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddSingleton<IHostLifetime, NoSignals>().AddRouting();
        var app = builder.Build();

        var world = new World(options, app.Lifetime.ApplicationStopping);
        IReadOnlyList<ISimulatedVendor> vendors = [.. played.Select(vendor => vendor.Create(options))];
        app.Use((context, next) =>
        {
            context.Response.Headers["X-Simulated"] = "true";
            return next(context);
        });
        app.UseRouting();
        app.MapSimulator(world, vendors);
        foreach (var vendor in vendors)
        {
            foreach (var root in vendor.Roots)
            {
                app.Map($"{root}{{**rest}}", new VendorEndpoint(vendor, world).HandleAsync);
            }
        }

        app.MapFallback(context =>
            NotFoundAsync(
                context,
                vendors.FirstOrDefault(vendor => vendor.IsMeant(context.Request.Headers)) ?? vendors[^1],
                world));
        return app;
    }

    // Even an unknown path gets an answer in the vendor's own format.
    private static Task NotFoundAsync(HttpContext context, ISimulatedVendor vendor, World world)
    {
        var request = new SimulatedRequest(
            world.NextNumber(),
            context.Request.Method,
            context.Request.Path.Value!,
            new Dictionary<string, IReadOnlyList<string>>(),
            context.Request.Headers);
        var reply = vendor.Error(request, StatusCodes.Status404NotFound, $"There is nothing at {request.Path}.");
        return ReplyWriter.SendAsync(context, reply, retryAfter: null, fault: null, world.Stopping);
    }
}
