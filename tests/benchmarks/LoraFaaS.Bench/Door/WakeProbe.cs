using System.Diagnostics;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// How late the machine wakes a thread that sleeps, beside a load: like any of the processes under load it waits for a processor that they all share. A call to the gateway
/// passes six such wakings, so their p99 bounds from below what its own can be.
/// </summary>
internal sealed class WakeProbe : IDisposable
{
    private const long Period = 1_000_000;

    private readonly List<double> _lateMs = [];
    private readonly Thread _thread;
    private volatile bool _stopped;

    public WakeProbe()
    {
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>Ends the probe.</summary>
    public double P99Ms()
    {
        Dispose();
        return Interleaved.Quantile(_lateMs, 0.99);
    }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Run()
    {
        Scheduling.WakePrecisely();

        for (var due = Stopwatch.GetTimestamp() + Period; !_stopped; due = Stopwatch.GetTimestamp() + Period)
        {
            Scheduling.SleepUntil(due);
            _lateMs.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
    }
}
