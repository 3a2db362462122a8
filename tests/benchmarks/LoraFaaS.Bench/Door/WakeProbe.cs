using System.Diagnostics;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// How late the machine wakes a thread that sleeps, beside a load. One like any other waits for a processor that all share: a call to the gateway passes six such wakings, so their p99 bounds from below
/// what its own can be. One for each processor that runs before all others waits for nothing but the processor itself, which the machine's host may have lent to others.
/// </summary>
internal sealed class WakeProbe : IDisposable
{
    /// <summary>Nanoseconds. Once a millisecond, as it was, the three threads took a tenth of a processor from what they watched.</summary>
    private const long Period = 20_000_000;

    private readonly List<double> _lateMs = [];
    private readonly List<double>[] _stoodMs = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new List<double>())];
    private readonly Thread[] _threads;
    private volatile bool _mayRunFirst = true;
    private volatile bool _stopped;

    public WakeProbe()
    {
        _threads = [new Thread(() => Run(_lateMs)), .. _stoodMs.Select((late, processor) => new Thread(() => RunFirst(processor, late)))];

        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Ends the probe.</summary>
    public double P99Ms()
    {
        Dispose();
        return Interleaved.Quantile(_lateMs, 0.99);
    }

    /// <summary>Ends the probe: how late the processors themselves were, of all; null: nothing may run before all others here.</summary>
    public double? StoodP99Ms()
    {
        Dispose();
        return _mayRunFirst ? Interleaved.Quantile(_stoodMs.SelectMany(late => late), 0.99) : null;
    }

    public void Dispose()
    {
        _stopped = true;
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void RunFirst(int processor, List<double> late)
    {
        Scheduling.Pin(processor);

        if (!Scheduling.TryRunFirst())
        {
            _mayRunFirst = false;
            return;
        }

        Run(late);
    }

    private void Run(List<double> late)
    {
        Scheduling.WakePrecisely();

        for (var due = Stopwatch.GetTimestamp() + Period; !_stopped; due = Stopwatch.GetTimestamp() + Period)
        {
            Scheduling.SleepUntil(due);
            late.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
    }
}
