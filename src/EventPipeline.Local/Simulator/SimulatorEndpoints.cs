using System.Text.Json;
using EventPipeline.Local.Simulator.Faults;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Serving;

namespace EventPipeline.Local.Simulator;

/// <summary>
/// The simulator's own address space, <c>/_simulator</c>: who is served, faults, requests, the truth.
/// </summary>
internal static class SimulatorEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static void MapSimulator(
        this IEndpointRouteBuilder routes, World world, IReadOnlyList<ISimulatedVendor> vendors)
    {
        var own = routes.MapGroup("/_simulator");
        own.MapGet("", (HttpContext context) => WriteAsync(context, new
        {
            Simulated = true,
            world.Options.Seed,
            Now = world.Options.Clock.GetUtcNow(),
            Accounts = vendors.SelectMany(vendor => vendor.Accounts.Select(account => new
            {
                account.Vendor,
                account.Name,
                account.Key,
                account.LimitedKey,
                account.Token,
                account.Source,
                account.Scope,
                Reports = vendor.Reports(account).Where(report => !report.IsOther).Select(report => report.Name),
            })),
        }));

        own.MapGet("faults", (HttpContext context) => WriteAsync(context, Faults(world)));
        own.MapDelete("faults", (HttpContext context) =>
        {
            world.Faults.Replace([]);
            return WriteAsync(context, Faults(world));
        });
        own.MapPut("faults", (HttpContext context) => OrRefuseAsync(context, body =>
        {
            world.Faults.Replace(FaultRule.Parse(body, [.. vendors.Select(vendor => vendor.Name)]));
            return Faults(world);
        }));

        own.MapGet("requests", (HttpContext context) => WriteAsync(context, world.Log.List()));
        own.MapDelete("requests", (HttpContext context) =>
        {
            world.Log.Clear();
            return WriteAsync(context, world.Log.List());
        });

        own.MapGet("truth", (HttpContext context) => OrRefuseAsync(context, _ =>
            Truth.Create(vendors, name => [.. context.Request.Query[name].Select(value => value ?? "")])));
    }

    private static object Faults(World world) => world.Faults.List().Select(entry => new { entry.Rule, entry.Hits });

    private static async Task OrRefuseAsync(HttpContext context, Func<string, object> answer)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        try
        {
            await WriteAsync(context, answer(body));
        }
        catch (FormatException ex)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await WriteAsync(context, new { Title = ex.Message, Status = StatusCodes.Status400BadRequest });
        }
    }

    private static Task WriteAsync(HttpContext context, object value) =>
        context.Response.WriteAsJsonAsync(value, value.GetType(), Json, context.RequestAborted);
}
