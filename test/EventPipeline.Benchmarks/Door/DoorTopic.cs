using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.Benchmarks.Vendors;

namespace EventPipeline.Benchmarks.Door;

/// <summary>
/// What a push of 1 KiB costs, in CPU of the service's process alone, beside an endpoint that only reads it, and beside
/// Google's functions framework for Node.js.
/// </summary>
internal static class DoorTopic
{
    private const int BodyBytes = 1024;
    private const string Micros = "µs CPU a push";

    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("The door");
        await using var vendor = await BulkVendor.StartAsync(rows: 7, cancellationToken);
        await using var cloud = await Cloud.StartAsync(bench, vendor.Settings, cancellationToken);
        await using var service = await cloud.StartServiceAsync(cancellationToken);
        await using var bare = await BareApp.StartAsync(bench, cancellationToken);
        await using var node = await NodeFramework.TryStartAsync(bench, cancellationToken);

        var ended = new FetchMessage(FetchMessage.NewRun(), Report.Costs.Name);
        await service.FetchAsync(ended, cancellationToken);

        var bareLine = table.Add("bare ASP.NET Core", Micros);
        var nodeLine = node is null ? null : table.Add("Node.js functions framework", Micros, bareLine);
        List<(Line Line, Knock Knock)> doors =
        [
            (bareLine, new Knock(bare, 20_000, 204, () => Readable(bare))),
        ];
        if (node is not null)
        {
            doors.Add((nodeLine!, new Knock(node, 2_000, 204, () => Readable(node))));
        }

        Add("/liveness", 20_000, 200, () => new HttpRequestMessage(HttpMethod.Get, "liveness"), Goal.RatioAtMost(1.25));
        Add("no token, 401", 20_000, 401, Unauthenticated);
        Add("unreadable, dead letter published", 4_000, 204, () => Pushed(Junk));
        Add("rejected by its content, dead letter published", 500, 204, () => Pushed(
            new FetchMessage(FetchMessage.NewRun(), "any", Vendor: "nobody").ToBody(BodyBytes)));
        Add("window that has ended", 400, 204, () => Pushed(ended.ToBody(BodyBytes)));
        var perNode = nodeLine is null
            ? []
            : doors.Skip(2).Select(door => (door.Line, Times: table.Add(
                $"{door.Line.Name}: pushes a CPU second", "times Node.js", null, Goal.AtLeast(8)))).ToList();

        for (var round = bench.IsSmoke ? 1 : 0; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"The door: round {round} of {bench.Rounds} …");
            foreach (var (line, knock) in doors)
            {
                var micros = await knock.MeasureAsync(bench.IsSmoke, cancellationToken);
                if (round > 0)
                {
                    line.Add(micros);
                }
            }
        }

        foreach (var (line, times) in perNode)
        {
            foreach (var (ours, its) in line.Values.Zip(nodeLine!.Values))
            {
                times.Add(its / ours);
            }
        }

        return [table];

        void Add(string name, int count, int status, Func<HttpRequestMessage> request, Goal? goal = null) => doors.Add(
            (table.Add(name, Micros, bareLine, goal), new Knock(service, count, status, request)));

        HttpRequestMessage Pushed(byte[] body) =>
            service.Push(FetchMessage.Path, FetchMessage.NewAttributes(), body);

        HttpRequestMessage Unauthenticated()
        {
            var request = Pushed(Junk);
            request.Headers.Authorization = null;
            return request;
        }
    }

    private static byte[] Junk { get; } = [.. Enumerable.Repeat((byte)'x', BodyBytes)];

    private static byte[] Message { get; } = new FetchMessage("benchmark", Report.Costs.Name).ToBody(BodyBytes);

    private static HttpRequestMessage Readable(RunningService app) =>
        app.Push("", FetchMessage.NewAttributes(), Message);
}
