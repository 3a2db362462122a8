using System.Globalization;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>One load on one door: what the callers saw, and what the door's process did meanwhile, the load's warm-up included.</summary>
/// <param name="Stolen">Of all processors' time, what the machine's host took.</param>
internal sealed record DoorTurn(LoadResult Load, DoorCounts Counts, double Stolen)
{
    private const int MostStretches = 8;

    /// <summary>Microseconds of all the door's threads a call.</summary>
    public double RanMicros => Counts.Ran.TotalMicroseconds / Load.AllCalls;

    /// <summary>The same, ready to run and without a processor.</summary>
    public double WaitedMicros => Counts.Waited.TotalMicroseconds / Load.AllCalls;

    /// <summary>Bytes that the door allocated a call.</summary>
    public double AllocatedBytes => Counts.Allocated / (double)Load.AllCalls;

    public static async Task<DoorTurn> TakeAsync(DoorWorld world, string url, int process, int clients, double seconds, double? rate, bool pooled = false)
    {
        var before = await world.CountsOfAsync(process);
        var machine = MachineTime.Now();
        var load = await world.LoadAsync(url, clients, seconds, rate, pooled);
        machine = MachineTime.Now() - machine;
        return new DoorTurn(load, await world.CountsOfAsync(process) - before, machine.Stolen / machine.All);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Load.PerSecond:0}/s; ms from due: p50 {Load.FromDue.MedianMs:0.000}, p99 {Load.FromDue.P99Ms:0.00}, p99.9 {Load.FromDue.P999Ms:0.00}, most {Load.FromDue.MostMs:0.0}; ")
        + string.Create(CultureInfo.InvariantCulture, $"from sent: p99 {Load.FromSent.P99Ms:0.00}, p99.9 {Load.FromSent.P999Ms:0.00}; until sent: p99 {Load.UntilSent.P99Ms:0.00}; ")
        + string.Create(CultureInfo.InvariantCulture, $"µs a call: ran {RanMicros:0.0}, waited {WaitedMicros:0.0}; the load {Load.RanMicros:0.0}, {Load.WaitedMicros:0.0}; ")
        + string.Create(CultureInfo.InvariantCulture, $"a call slept {Counts.All.Slept / (double)Load.AllCalls:0.00}, was displaced {Counts.All.Displaced / (double)Load.AllCalls:0.000} times; ")
        + string.Create(CultureInfo.InvariantCulture, $"{Counts.Collections} collections ({Counts.Full} full), paused {Counts.Paused.TotalMilliseconds:0.0} ms, longest {Counts.LongestPause.TotalMilliseconds:0.00}, {AllocatedBytes:0} bytes a call; ")
        + string.Create(CultureInfo.InvariantCulture, $"{Counts.Methods} methods compiled, by the load {Load.CompiledMethods} ({Load.AllocatedBytes} bytes); the host took {100 * Stolen:0.0} %")
        + string.Create(CultureInfo.InvariantCulture, $"; {Load.Late.Sum(stretch => stretch.Calls)} calls over 1 ms in {Load.Late.Count} stretches from {Load.BegunAt / 1e9:0.000000}: {string.Join("; ", Load.Late.Take(MostStretches))}");
}
