using System.Globalization;
using EventPipeline.Benchmarks;

// One window with ever more rows through the deployable: dotnet run -c Release --project test/EventPipeline.Benchmarks
// [ROWS …]
long[] sizes = args.Length > 0
    ? [.. args.Select(size => long.Parse(size, CultureInfo.InvariantCulture))]
    : [500_000, 5_000_000];
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => (pressed.Cancel, _) = (true, stop.CancelAsync());
return await WindowMemory.MeasureAsync(sizes, stop.Token);
