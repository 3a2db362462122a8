using System.Globalization;

namespace LoraFaaS.Bench.Machine;

/// <summary>What all processors of the machine together have done until now (proc(5), /proc/stat).</summary>
/// <param name="Stolen">Ready to be, and held up by the machine's host.</param>
/// <param name="All">Those, busy and idle.</param>
internal readonly record struct MachineTime(TimeSpan Stolen, TimeSpan All)
{
    /// <summary>Of a kernel's clock that counts 100 a second, as every Linux tells its programs.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static MachineTime operator -(MachineTime now, MachineTime then) => new(now.Stolen - then.Stolen, now.All - then.All);

    public static MachineTime Now()
    {
        // user nice system idle iowait irq softirq steal; what a guest of ours takes is in the first two.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new(ticks[7] * Tick, ticks.Sum() * Tick);
    }
}
