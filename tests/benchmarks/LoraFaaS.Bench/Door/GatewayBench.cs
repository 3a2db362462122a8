using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Bench.Door;

/// <summary>What the door costs: time added to a call, calls a second beside a bare forwarder, memory for each open stream, and finding a route.</summary>
internal sealed class GatewayBench(ReportWriter report, int rounds, double seconds, int streams, int functions)
{
    private const int Clients = 32;
    private const int WarmStreams = 256;
    private const int Lookups = 2_000_000;

    public async Task RunAsync()
    {
        Lookup();
        await using var world = await DoorWorld.StartAsync(functions: 100);
        await LatencyAsync(world);
        await ThroughputAsync(world);
        await StreamsAsync(world);
    }

    private void Lookup()
    {
        var table = RouteTable.Empty.Apply(DoorWorld.Routes(functions, "http://127.0.0.1:1"));
        var names = Enumerable.Range(0, functions).Select(i => $"f{i}").ToArray();
        var plain = names.ToDictionary(name => name, name => name, StringComparer.Ordinal);
        var random = new Random(3);
        random.Shuffle(names);
        var allocated = 0L;

        var taken = Interleaved.Medians(rounds, () => Time(name => table.Find(name) is not null), () => Time(name => plain.TryGetValue(name, out _)));
        report.Add(BenchRow.Cost($"route lookup among {functions:N0} functions", taken[0], "ns", taken[1], "a dictionary of strings"));
        Time(name => table.Find(name) is not null);
        report.Add(BenchRow.Limit("allocation per route lookup", allocated / (double)Lookups, "bytes", 0));

        double Time(Func<string, bool> find)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < Lookups; i++)
            {
                if (!find(names[i % names.Length]))
                {
                    throw new InvalidOperationException($"{names[i % names.Length]} is not in the table.");
                }
            }

            var elapsed = Stopwatch.GetElapsedTime(begun);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return elapsed.TotalNanoseconds / Lookups;
        }
    }

    private async Task LatencyAsync(DoorWorld world)
    {
        var turns = await TurnsAsync(world, clients: 1);
        var direct = Median(turns, 0, result => result.MedianMs);
        var forwarder = Median(turns, 1, result => result.MedianMs);
        var gateway = Median(turns, 2, result => result.MedianMs);
        report.Add(BenchRow.Limit("call straight to the worker, 1 client, p50", direct, "ms"));
        report.Add(BenchRow.Cost("added by the gateway, 1 client, p50", gateway - direct, "ms", forwarder - direct, "added by a bare forwarder"));
        report.Add(BenchRow.Cost(
            "added by the gateway, 1 client, p99",
            Median(turns, 2, result => result.P99Ms) - Median(turns, 0, result => result.P99Ms), "ms",
            Median(turns, 1, result => result.P99Ms) - Median(turns, 0, result => result.P99Ms), "added by a bare forwarder"));
    }

    private async Task ThroughputAsync(DoorWorld world)
    {
        var turns = await TurnsAsync(world, Clients);
        report.Add(BenchRow.Rate(
            $"calls a second, {Clients} clients", Median(turns, 2, result => result.PerSecond), "1/s", Median(turns, 1, result => result.PerSecond), "a bare forwarder"));
    }

    private async Task StreamsAsync(DoorWorld world)
    {
        // Each stream is two descriptors in the gateway's process; some are left for the rest of it.
        var most = Math.Min(streams, (OpenFilesLimit() - 500) / 2);
        await world.BytesPerStreamAsync(WarmStreams);
        report.Add(BenchRow.Limit($"resident memory per open stream, {most:N0} streams", await world.BytesPerStreamAsync(most) / 1024, "KiB"));
    }

    /// <summary>[round][direct, forwarder, gateway].</summary>
    private async Task<List<LoadResult[]>> TurnsAsync(DoorWorld world, int clients)
    {
        var turns = new List<LoadResult[]>();
        for (var round = 0; round < rounds; round++)
        {
            turns.Add(
            [
                await world.LoadAsync(world.DirectUrl, clients, seconds),
                await world.LoadAsync(world.ForwarderUrl, clients, seconds),
                await world.LoadAsync(world.GatewayUrl, clients, seconds),
            ]);
        }

        return turns;
    }

    private static double Median(List<LoadResult[]> turns, int place, Func<LoadResult, double> of) => Interleaved.Median(turns.Select(turn => of(turn[place])));

    private static int OpenFilesLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return (int)Math.Min(1_000_000, long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], System.Globalization.CultureInfo.InvariantCulture));
    }
}
