using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// How late calls at an even pace are answered through the gateway beside straight from the worker, from when each was due; and where the lateness is: the door's own waiting for a processor, its collector,
/// its compiler. A bare forwarder and a process that passes bytes on unread are asked alike, in turns.
/// A machine whose host or kernel takes a processor for tens of milliseconds every few seconds has more late calls the longer a turn is, so that figures of different lengths must not be compared.
/// </summary>
internal sealed class DoorLateness(DoorWorld world, ReportWriter report, int rounds, double seconds)
{
    private const double Target = 1;
    private const int MostWarmTurns = 6;

    private readonly List<DoorTurn> _direct = [];
    private readonly List<DoorTurn> _forwarder = [];
    private readonly List<DoorTurn> _gateway = [];
    private readonly List<DoorTurn> _relay = [];
    private readonly List<DoorTurn> _pooledDirect = [];
    private readonly List<DoorTurn> _pooledGateway = [];

    /// <param name="clients">Connections.</param>
    /// <param name="rate">Calls a second of all together.</param>
    public async Task MeasureAsync(int clients, double rate)
    {
        foreach (var door in (string[])[world.ForwarderUrl, world.GatewayUrl])
        {
            await DoorWarmth.ReachAsync(world, door, world.ProcessOf(door), MostWarmTurns, rate);
        }

        using var wakes = new WakeProbe();

        for (var turn = 0; turn < rounds; turn++)
        {
            await TakeAsync("straight to the worker", _direct, world.DirectUrl);
            await TakeAsync("bare forwarder", _forwarder, world.ForwarderUrl);
            await TakeAsync("gateway", _gateway, world.GatewayUrl);
            await TakeAsync("bytes passed on", _relay, world.RelayUrl);
            await TakeAsync("straight to the worker, pooled", _pooledDirect, world.DirectUrl, pooled: true);
            await TakeAsync("gateway, pooled", _pooledGateway, world.GatewayUrl, pooled: true);
        }

        report.Add(BenchRow.Limit("a sleeping thread woken late at such rates, by the machine itself, p99", wakes.P99Ms(), "ms"));

        if (wakes.StoodP99Ms() is { } stood)
        {
            report.Add(BenchRow.Limit("the same of a thread that runs before all others: a processor that stood still, p99", stood, "ms"));
        }

        AddAdded();
        AddCounts();
        await MeasureQuarterAsync(clients, rate / 2);

        async Task TakeAsync(string name, List<DoorTurn> turns, string url, bool pooled = false)
        {
            turns.Add(await DoorTurn.TakeAsync(world, url, world.ProcessOf(url), clients, seconds, rate, pooled));
            await Console.Error.WriteLineAsync($"at half, {name}: {turns[^1]}");
        }
    }

    /// <summary>Where the machine has time left: what is late there waits for nobody's processor.</summary>
    private async Task MeasureQuarterAsync(int clients, double rate)
    {
        string[] urls = [world.DirectUrl, world.RelayUrl, world.GatewayUrl];
        var turns = urls.Select(_ => new List<DoorTurn>()).ToArray();

        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < urls.Length; i++)
            {
                turns[i].Add(await DoorTurn.TakeAsync(world, urls[i], world.ProcessOf(urls[i]), clients, seconds, rate));
                await Console.Error.WriteLineAsync($"at a quarter, {urls[i]}: {turns[i][^1]}");
            }
        }

        var (direct, relay, gateway) = (P99(turns[0]), P99(turns[1]), P99(turns[2]));
        report.Add(BenchRow.Cost("added by the gateway at a quarter of that rate, p99", gateway - direct, "ms", relay - direct, "added by passing bytes on"));

        static double P99(List<DoorTurn> turns) => Interleaved.Median(turns.Select(turn => turn.Load.P99Ms));
    }

    private void AddAdded()
    {
        report.Add(BenchRow.Limit("straight to the worker at half of that rate, from when a call was due, p50", Interleaved.Median(_direct.Select(turn => turn.Load.FromDue.MedianMs)), "ms"));
        report.Add(BenchRow.Limit("the same, p99", Interleaved.Median(_direct.Select(turn => turn.Load.FromDue.P99Ms)), "ms"));

        foreach (var (name, of) in new (string, Func<LoadResult, double>)[]
        {
            ("p50", turn => turn.FromDue.MedianMs), ("p99.9", turn => turn.FromDue.P999Ms), ("p99 from when a call was sent", turn => turn.FromSent.P99Ms), ("p99", turn => turn.FromDue.P99Ms),
        })
        {
            report.Add(BenchRow.Limit($"added by a process that passes bytes on unread, at half of that rate, {name}", Added(_relay, of), "ms"));
            var added = Added(_gateway, of);
            var row = BenchRow.Cost($"added by the gateway at half of that rate, {name}", added, "ms", Added(_forwarder, of), "added by a bare forwarder");
            report.Add(name == "p99" ? row with { Target = $"≤ {Target} ms", Met = added <= Target } : row);
        }

        report.Add(BenchRow.Limit("the same where any free connection makes the next call", Median(_pooledGateway) - Median(_pooledDirect), "ms", Target));
        report.Add(BenchRow.Limit("the same, each connection with calls of its own, the worst of as many turns", _gateway.Max(turn => turn.Load.FromDue.P99Ms) - Median(_direct), "ms"));

        static double Median(List<DoorTurn> turns) => Interleaved.Median(turns.Select(turn => turn.Load.FromDue.P99Ms));
    }

    private void AddCounts()
    {
        Add("a call ran", "µs", turn => turn.RanMicros);
        Add("a call waited for a processor", "µs", turn => turn.WaitedMicros);
        Add("threads gave up their processor a call", "", turn => turn.Counts.All.Slept / (double)turn.Load.AllCalls);
        Add("threads were taken from theirs, of 1 000 calls", "", turn => 1_000.0 * turn.Counts.All.Displaced / turn.Load.AllCalls);
        Add("longest pause of the collector", "ms", turn => turn.Counts.LongestPause.TotalMilliseconds);
        Add("collections a second", "", turn => turn.Counts.Collections / turn.Load.Seconds);
        Add("allocated a call", "bytes", turn => turn.AllocatedBytes);
        Add("methods compiled", "", turn => turn.Counts.Methods);
        report.Add(BenchRow.Limit("taken by the machine's host", 100 * Turns().Max(turn => turn.Stolen), "%"));

        IEnumerable<DoorTurn> Turns() => [.. _direct, .. _forwarder, .. _gateway, .. _relay];

        void Add(string name, string unit, Func<DoorTurn, double> of) => report.Add(BenchRow.Cost(
            $"at half of that rate, in the gateway: {name}", Interleaved.Median(_gateway.Select(of)), unit, Interleaved.Median(_forwarder.Select(of)), "in a bare forwarder"));
    }

    private double Added(List<DoorTurn> turns, Func<LoadResult, double> of) => Interleaved.Median(turns.Select(turn => of(turn.Load))) - Interleaved.Median(_direct.Select(turn => of(turn.Load)));
}
