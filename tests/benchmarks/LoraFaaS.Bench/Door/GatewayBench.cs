using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Bench.Door;

/// <summary>What the door costs: time added to a call, calls a second beside a bare forwarder, memory for each open stream, and finding a route.</summary>
internal sealed class GatewayBench(ReportWriter report, int rounds, double seconds, int streams, int functions, DoorStartsOrder starts)
{
    private const int Clients = 32;
    private const int Lookups = 2_000_000;
    private const double LookupTarget = 200;
    private const int Gateways = 3;

    public static IReadOnlyList<string> Parts { get; } = ["lookup", "latency", "account", "throughput", "log", "first", "streams", "keys", "spread", "deploy", "starts"];

    /// <param name="parts">Of <see cref="Parts"/>; none: all but starts, which takes minutes.</param>
    public async Task RunAsync(IReadOnlyCollection<string> parts)
    {
        if (Has("lookup"))
        {
            Lookup();
        }

        if (Has("latency") || Has("account") || Has("throughput") || Has("log") || Has("first") || Has("streams"))
        {
            await using var world = await DoorWorld.StartAsync(functions: 100);
            await WarmAsync(world, Has("latency") || Has("account") || Has("throughput"));
            await RunAsync(Has("latency"), () => LatencyAsync(world));
            await RunAsync(Has("account"), () => new DoorAccount(world, report, seconds).MeasureAsync());
            await RunAsync(Has("throughput"), () => ThroughputAsync(world));
            await RunAsync(Has("log"), () => new LogCost(world, report, rounds, seconds, Clients, starts.WarmTurns).MeasureAsync());
            await RunAsync(Has("first"), () => FirstByteAsync(world));
            await RunAsync(Has("streams"), () => new OpenStreams(world, report, streams).MeasureAsync());
        }

        await RunAsync(Has("keys"), KeysAsync);
        await RunAsync(Has("spread"), SpreadAsync);
        await RunAsync(Has("deploy"), DeployAsync);
        await RunAsync(parts.Contains("starts"), StartsAsync);

        bool Has(string part) => parts.Count == 0 || parts.Contains(part);

        static Task RunAsync(bool wanted, Func<Task> part) => wanted ? part() : Task.CompletedTask;
    }

    private async Task WarmAsync(DoorWorld world, bool both)
    {
        if (both)
        {
            await WarmAsync(world, world.ForwarderUrl);
            await WarmAsync(world, world.RelayUrl);
        }

        await WarmAsync(world, world.GatewayUrl);
    }

    private Task WarmAsync(DoorWorld world, string url) => DoorWarmth.ReachAsync(world, url, world.ProcessOf(url), starts.WarmTurns);

    private void Lookup()
    {
        var table = RouteTable.Empty.Apply(DoorWorld.Routes(functions, "http://127.0.0.1:1", "http://127.0.0.1:2"));
        var names = Enumerable.Range(0, functions).Select(i => $"f{i}").ToArray();
        var plain = names.ToDictionary(name => name, name => name, StringComparer.Ordinal);
        var random = new Random(3);
        random.Shuffle(names);
        var allocated = 0L;

        var taken = Interleaved.Medians(rounds, () => Time(name => table.Find(name) is not null), () => Time(name => plain.TryGetValue(name, out _)));
        report.Add(BenchRow.Cost($"route lookup among {functions:N0} functions", taken[0], "ns", taken[1], "a dictionary of strings") with { Target = $"≤ {LookupTarget} ns", Met = taken[0] <= LookupTarget });
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
        var before = world.ProcessorTimes();
        var turns = await TurnsAsync(world, clients: 1);
        var after = world.ProcessorTimes();
        var direct = Median(turns, 0, result => result.MedianMs);
        var forwarder = Median(turns, 1, result => result.MedianMs);
        var gateway = Median(turns, 2, result => result.MedianMs);
        report.Add(BenchRow.Limit("call straight to the worker, 1 client, p50", direct, "ms"));
        var relay = Median(turns, 3, result => result.MedianMs) - direct;
        report.Add(BenchRow.Limit("added by a process that passes bytes on unread, 1 client, p50", relay, "ms"));
        var added = gateway - direct;
        report.Add(BenchRow.Cost("added by the gateway, 1 client, p50", added, "ms", forwarder - direct, "added by a bare forwarder") with { Target = "≤ 0.1 ms", Met = added <= 0.1 });
        report.Add(BenchRow.Cost("the same, beside passing bytes on unread", added, "ms", relay, "added by passing bytes on"));
        report.Add(BenchRow.Cost(
            "added by the gateway, 1 client, p99",
            Median(turns, 2, result => result.P99Ms) - Median(turns, 0, result => result.P99Ms), "ms",
            Median(turns, 1, result => result.P99Ms) - Median(turns, 0, result => result.P99Ms), "added by a bare forwarder"));
        report.Add(BenchRow.Cost(
            "processor time a call, 1 client",
            PerCall(turns, after.Gateway - before.Gateway, 2), "µs", PerCall(turns, after.Forwarder - before.Forwarder, 1), "a bare forwarder"));
        report.Add(BenchRow.Limit("the same of a process that passes bytes on unread", PerCall(turns, after.Relay - before.Relay, 3), "µs"));
    }

    private async Task ThroughputAsync(DoorWorld world)
    {
        var before = world.ProcessorTimes();
        var turns = await TurnsAsync(world, Clients);
        var after = world.ProcessorTimes();
        report.Add(BenchRow.Cost(
            $"processor time a call, {Clients} clients",
            PerCall(turns, after.Gateway - before.Gateway, 2), "µs", PerCall(turns, after.Forwarder - before.Forwarder, 1), "a bare forwarder"));
        var most = Median(turns, 2, result => result.PerSecond);
        report.Add(BenchRow.Rate($"calls a second, {Clients} clients", most, "1/s", Median(turns, 1, result => result.PerSecond), "a bare forwarder", target: 0.8));

        await new DoorLateness(world, report, rounds, seconds).MeasureAsync(Clients, most / 2);
    }

    private async Task FirstByteAsync(DoorWorld world)
    {
        var (direct, gateway) = await StreamDelay.MeasureAsync(world);
        var delay = Interleaved.Median(gateway);
        report.Add(BenchRow.Cost("a stream's first token, worker's write to caller's read, p50", delay, "ms", Interleaved.Median(direct), "straight from the worker")
            with { Target = "≤ 1 ms", Met = delay <= 1 });
        report.Add(BenchRow.Cost(
            "a stream's first token, worker's write to caller's read, p99", Interleaved.Quantile(gateway, 0.99), "ms", Interleaved.Quantile(direct, 0.99), "straight from the worker"));
    }

    private async Task KeysAsync()
    {
        await using var world = await DoorWorld.StartAsync(functions: 100);
        await new SharedKeyCost(world, report, rounds, seconds).MeasureAsync();
    }

    /// <summary>The controller's part is a sender of ours at the wire; the table, the wire and the gateways are the real ones.</summary>
    private async Task SpreadAsync()
    {
        await using var world = await DoorWorld.StartAsync(functions);
        var gateways = new List<Uri> { new(world.GatewayUrl) };
        while (gateways.Count < Gateways)
        {
            gateways.Add(await world.AddGatewayAsync());
        }

        var taken = await RouteSpread.MeasureAsync(world, gateways, functions);
        report.Add(BenchRow.Limit($"one more function among {functions:N0}, until {Gateways} gateways serve it, longest of {taken.Count}", taken.Max(), "ms", 1_000));
    }

    private async Task DeployAsync()
    {
        var (answered, known, perSecond) = await DeploySpread.MeasureAsync(functions, Gateways);
        report.Add(BenchRow.Limit($"deployments a second until {functions:N0} are stored, real controller, embedded store", perSecond, "1/s"));
        report.Add(BenchRow.Limit("one more deployment, until its answer, p50", Interleaved.Median(answered), "ms"));
        report.Add(BenchRow.Limit($"until {Gateways} gateways know of it, longest of {known.Count}", known.Max(), "ms", 1_000));
    }

    private async Task StartsAsync()
    {
        await using var world = await DoorWorld.StartAsync(functions: 100);
        await world.CloseGatewayAsync();
        await WarmAsync(world, world.ForwarderUrl);
        await WarmAsync(world, world.RelayUrl);
        var measure = new DoorStarts(world, rounds, seconds, starts.WarmTurns);
        var kinds = starts.Kinds.ToDictionary(kind => kind, _ => new List<DoorStart>());
        for (var start = 0; start < starts.Count; start++)
        {
            foreach (var (kind, measured) in kinds)
            {
                measured.Add(await measure.MeasureAsync(kind));
            }
        }

        foreach (var (kind, measured) in kinds)
        {
            AddStarts(kind, measured);
        }
    }

    private void AddStarts(DoorEnvironment kind, List<DoorStart> measured)
    {
        var name = $"of {measured.Count} gateways, each in a process of its own{kind}";
        foreach (var (which, quantile) in new[] { ("least", 0.0), ("median", 0.5), ("most", 1.0) })
        {
            report.Add(BenchRow.Cost(
                $"processor time a call, {which} {name}", Interleaved.Quantile(measured.Select(start => start.Micros), quantile), "µs",
                Interleaved.Quantile(measured.Select(start => start.ForwarderMicros), quantile), "a bare forwarder"));
            report.Add(BenchRow.AtLeast(
                $"calls a second as a share of a bare forwarder's, {which} {name}", 100 * Interleaved.Quantile(measured.Select(start => start.Share), quantile), "%", 80));
            report.Add(BenchRow.Limit($"added, 1 client, p50, {which} {name}", Interleaved.Quantile(measured.Select(start => start.AddedMs), quantile), "ms", 0.1));
            report.Add(BenchRow.Limit($"added at half of those calls a second, each connection with calls of its own, p99, {which} {name}", Interleaved.Quantile(measured.Select(start => start.AddedAtHalfMs), quantile), "ms", 1));
            report.Add(BenchRow.Limit(
                $"the same where any free connection makes the next call, {which} {name}", Interleaved.Quantile(measured.Select(start => start.PooledAddedAtHalfMs), quantile), "ms", 1));
            report.Add(BenchRow.Limit($"methods compiled in the gateway meanwhile, {which} {name}", Interleaved.Quantile(measured.Select(start => (double)start.MethodsAtHalf), quantile), ""));
            report.Add(BenchRow.Limit(
                $"the same, each connection with calls of its own, of a process that passes bytes on unread, {which} {name}", Interleaved.Quantile(measured.Select(start => start.RelayAddedAtHalfMs), quantile), "ms"));
        }
    }

    /// <summary>[round][direct, forwarder, gateway, relay].</summary>
    private async Task<List<LoadResult[]>> TurnsAsync(DoorWorld world, int clients, double? rate = null)
    {
        var turns = new List<LoadResult[]>();
        for (var round = 0; round < rounds; round++)
        {
            turns.Add(
            [
                await world.LoadAsync(world.DirectUrl, clients, seconds, rate),
                await world.LoadAsync(world.ForwarderUrl, clients, seconds, rate),
                await world.LoadAsync(world.GatewayUrl, clients, seconds, rate),
                await world.LoadAsync(world.RelayUrl, clients, seconds, rate),
            ]);
        }

        return turns;
    }

    /// <summary>In microseconds. What a load process calls before it counts is in the processor's time too.</summary>
    private static double PerCall(List<LoadResult[]> turns, TimeSpan taken, int place) => taken.TotalMicroseconds / turns.Sum(turn => turn[place].AllCalls);

    private static double Median(List<LoadResult[]> turns, int place, Func<LoadResult, double> of) => Interleaved.Median(turns.Select(turn => of(turn[place])));
}
