using LoraFaaS.Engine.Memory;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Tells the worker how busy the sandbox is: at most every 100 ms, and at once when it turns from or to idle.</summary>
internal sealed class LoadReporter(Outbox outbox, PagePool pages, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private Load _last = new();
    private bool _wasIdle = true;
    private long? _sentAt;
    private ulong _steps;
    private ulong _preemptions;
    private double _lastStepMs;

    public void Preempted() => _preemptions++;

    public void Stepped(TimeSpan took)
    {
        _steps++;
        _lastStepMs = took.TotalMilliseconds;
    }

    /// <param name="table">Who runs and who waits.</param>
    /// <param name="isLast">The loop is about to sleep, so what has changed is told now or late.</param>
    public void Report(SequenceTable table, bool isLast)
    {
        var isIdle = table.Count == 0;
        var due = _sentAt is not { } sent || time.GetElapsedTime(sent) >= Interval;

        if (isIdle == _wasIdle && !due && !(isIdle && isLast))
        {
            return;
        }

        var load = Measure(table);

        if (!load.Equals(_last))
        {
            outbox.Post(new FromSandbox { Load = load });
            (_last, _wasIdle, _sentAt) = (load, isIdle, time.GetTimestamp());
        }
    }

    private Load Measure(SequenceTable table)
    {
        var running = table.Running;

        return new Load
        {
            Running = running,
            Waiting = table.Count - running,
            PagesUsed = pages.Used,
            PagesTotal = pages.Total,
            PagesKept = pages.Kept,
            Steps = _steps,
            LastStepMs = _lastStepMs,
            Preemptions = _preemptions,
            Parked = table.Parked,
        };
    }
}
