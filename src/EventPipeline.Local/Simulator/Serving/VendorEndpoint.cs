using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Faults;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Serving;

/// <summary>Serves one vendor over HTTP: who asks, what the vendor answers, what goes wrong on the way.</summary>
internal sealed class VendorEndpoint(ISimulatedVendor vendor, World world)
{
    /// <summary>Answers a request under the vendor's root.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query.ToDictionary(
            parameter => parameter.Key,
            IReadOnlyList<string> (parameter) => [.. parameter.Value.Select(value => value ?? "")]);
        var isBehindTheEnd = CursorFaults.Unwrap(query, vendor.Names);
        var account = vendor.Identify(context.Request.Headers);
        var request = new SimulatedRequest(
            world.NextNumber(), context.Request.Method, context.Request.Path.Value!, query, context.Request.Headers)
        {
            Account = account,
            Body = await BodyAsync(context),
        };
        var (used, wait) = world.RateLimit.Count(account?.ToString() ?? vendor.Name);

        var reply = vendor.Answer(request);
        if (isBehindTheEnd && reply.Status == 200)
        {
            reply = reply with { Body = CursorFaults.Nothing(reply.Body, vendor.Names) };
        }

        var address = $"{context.Request.Path}{context.Request.QueryString}";
        var changed = reply.Body;
        var fault = world.Faults.Take(rule =>
            rule.Matches(vendor.Name, request, Uri.UnescapeDataString(address))
                && CanHit(rule, request, reply, used, out changed));
        (reply, int? retryAfter) = fault?.Kind switch
        {
            FaultKinds.Status => (vendor.Error(request, fault.Status!.Value, "SIMULATED fault."), fault.RetryAfter),
            FaultKinds.NoContent => (new SimulatedReply(StatusCodes.Status204NoContent, []), null),
            FaultKinds.GroupingRefused => (vendor.Error(request, 400, WhyNotGrouped(fault.Field), "group_by"), null),
            FaultKinds.RateLimit => (TooMany(request), wait),
            null when used > RateLimit.PerMinute => (TooMany(request), wait),
            _ => (reply with { Body = changed }, null),
        };

        var now = world.Options.Clock.GetUtcNow();
        world.Log.Add(new LoggedRequest(
            request.Number, now, vendor.Name, account?.Name, request.Method, address, reply.Status, fault?.Kind));
        foreach (var (name, value) in vendor.Headers(request, reply.Status).Concat(reply.Headers))
        {
            context.Response.Headers[name] = value;
        }

        await ReplyWriter.SendAsync(context, reply, retryAfter, fault, world.Stopping);
    }

    private static async Task<string> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(context.RequestAborted);
    }

    private bool CanHit(
        FaultRule rule, SimulatedRequest request, SimulatedReply reply, int used, out JsonObject changed)
    {
        var body = rule.Kind switch
        {
            FaultKinds.GroupingRefused => request.All(vendor.Names.GroupParameters) is { Count: > 0 } groups
                && (rule.Field is null || groups.Contains(rule.Field)) ? reply.Body : null,
            FaultKinds.RateLimit => used > rule.PerMinute ? reply.Body : null,
            _ when CursorFaults.Has(rule.Kind) => reply.Status == 200
                ? CursorFaults.Apply(rule.Kind, reply.Body, request, vendor.Names)
                : null,
            _ when BodyFaults.Has(rule.Kind) => reply.Status == 200
                ? BodyFaults.Apply(rule, reply.Body, vendor.Names)
                : null,
            _ => reply.Body,
        };
        changed = body ?? reply.Body;
        return body is not null;
    }

    private static string WhyNotGrouped(string? dimension) => dimension is null
        ? "group_by: too many dimensions for this organization. Ask for fewer."
        : $"group_by={dimension} is only available for later days.";

    private SimulatedReply TooMany(SimulatedRequest request) =>
        vendor.Error(
            request,
            StatusCodes.Status429TooManyRequests,
            "Too many requests in this minute. Wait as long as Retry-After says.");
}
