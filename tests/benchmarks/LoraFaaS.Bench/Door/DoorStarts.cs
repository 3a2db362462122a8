using System.Globalization;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// Gateways started one after the other, each in a process of its own, and measured beside one bare forwarder: shows what a process decides once, at its start or while it
/// is warmed, which the rounds of a single process cannot.
/// </summary>
internal sealed class DoorStarts(DoorWorld world, int rounds, double seconds, int warmTurns)
{
    private const int Clients = 32;

    public async Task<DoorStart> MeasureAsync(DoorEnvironment environment)
    {
        var (gateway, address) = await world.StartAnotherAsync(environment.Variables);
        await using var _ = gateway;
        var url = new Uri(address, DoorWorld.FunctionPath).ToString();
        await DoorWarmth.ReachAsync(world, url, gateway.Id, warmTurns);

        var (ours, bare) = (new List<LoadResult>(), new List<LoadResult>());
        var before = (Ours: ProcessorTime.Of(gateway.Id), Bare: world.TimeOf(world.ForwarderUrl));
        for (var round = 0; round < rounds; round++)
        {
            bare.Add(await world.LoadAsync(world.ForwarderUrl, Clients, seconds));
            ours.Add(await world.LoadAsync(url, Clients, seconds));
        }

        var micros = (Ours: PerCall(ProcessorTime.Of(gateway.Id) - before.Ours, ours), Bare: PerCall(world.TimeOf(world.ForwarderUrl) - before.Bare, bare));
        var perSecond = Interleaved.Median(ours.Select(turn => turn.PerSecond));
        var alone = (Direct: await world.LoadAsync(world.DirectUrl, 1, seconds), Ours: await world.LoadAsync(url, 1, seconds));
        await DoorWarmth.ReachAsync(world, url, gateway.Id, warmTurns, perSecond / 2);
        using var wakes = new WakeProbe();
        var (direct, half, relay, pooledDirect, pooledHalf) = (new List<DoorTurn>(), new List<DoorTurn>(), new List<DoorTurn>(), new List<DoorTurn>(), new List<DoorTurn>());
        for (var round = 0; round < rounds; round++)
        {
            direct.Add(await TakeAsync("straight to the worker", world.DirectUrl, world.AnswererId));
            half.Add(await TakeAsync($"gateway{environment}", url, gateway.Id));
            relay.Add(await TakeAsync("bytes passed on", world.RelayUrl, world.ProcessOf(world.RelayUrl)));
            pooledDirect.Add(await TakeAsync("straight to the worker, pooled", world.DirectUrl, world.AnswererId, pooled: true));
            pooledHalf.Add(await TakeAsync($"gateway, pooled{environment}", url, gateway.Id, pooled: true));
        }

        var start = new DoorStart(
            micros.Ours, micros.Bare,
            perSecond, Interleaved.Median(bare.Select(turn => turn.PerSecond)), alone.Ours.MedianMs - alone.Direct.MedianMs,
            P99(half) - P99(direct), P99(pooledHalf) - P99(pooledDirect), P99(relay) - P99(direct), half.Max(turn => turn.Counts.Methods));
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{start.Micros:0.0} µs, {start.PerSecond:0}/s; bare {start.ForwarderMicros:0.0} µs, {start.ForwarderPerSecond:0}/s; {start.Share:P0}; 1 client {start.AddedMs:0.000} ms; half, p99 {start.AddedAtHalfMs:0.00} ms (pooled {start.PooledAddedAtHalfMs:0.00}; bytes passed on {start.RelayAddedAtHalfMs:0.00}); woken late, p99 {wakes.P99Ms():0.00} ms, processors themselves {wakes.StoodP99Ms():0.00} ms{environment}"));
        return start;

        async Task<DoorTurn> TakeAsync(string name, string door, int process, bool pooled = false)
        {
            var turn = await DoorTurn.TakeAsync(world, door, process, Clients, seconds, perSecond / 2, pooled);
            await Console.Error.WriteLineAsync($"at half, {name}: {turn}");
            return turn;
        }

        static double P99(List<DoorTurn> turns) => Interleaved.Median(turns.Select(turn => turn.Load.P99Ms));

        static double PerCall(ProcessorTime taken, List<LoadResult> turns) => (taken.All - taken.Compiler).TotalMicroseconds / turns.Sum(turn => turn.AllCalls);
    }
}
