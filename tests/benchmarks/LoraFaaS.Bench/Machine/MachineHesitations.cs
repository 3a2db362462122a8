using System.Diagnostics;

namespace LoraFaaS.Bench.Machine;

/// <summary>What a watch saw.</summary>
/// <param name="IsMachines">It ran before everything else: what it saw is the machine's own. Otherwise other processes' turns are in it.</param>
/// <param name="All">By processor, then by time.</param>
internal sealed record MachineHesitations(bool IsMachines, IReadOnlyList<Hesitation> All)
{
    /// <summary>Milliseconds between two instants in which some processor stood still; two at once count twice.</summary>
    public double Within(long from, long until) =>
        All.Sum(one => Math.Max(0, Math.Min(until, one.Until) - Math.Max(from, one.From))) * 1e3 / Stopwatch.Frequency;
}
