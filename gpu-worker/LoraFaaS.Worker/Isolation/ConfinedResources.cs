using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Policies.Fairness;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>
/// What one confined process takes of the machine, looked at again and again and once more when it has ended: limits that it ran against are
/// written down with its owner's name, and one that computes beyond its allowance comes last. Looked at by one at a time; the watch sees to that.
/// </summary>
internal sealed partial class ConfinedResources(
    ConfinedHome home, ConfinedOwner owner, int processId, ConfinedProgram program, double processors, ViolationMetrics violations, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private CgroupEvents _events;
    private ProcessorAllowance _allowance = ProcessorAllowance.Full;
    private TimeSpan? _used;
    private TimeSpan _granted;
    private long _lookedAt;

    public void Look()
    {
        lock (_gate)
        {
            CountLimits();
            CountProcessors();
        }
    }

    /// <summary>After its end: what it reached at last.</summary>
    public void LastLook()
    {
        lock (_gate)
        {
            CountLimits();
        }
    }

    private void CountLimits()
    {
        var (before, now) = (_events, home.Events);
        _events = now;

        if (now.MemoryKills > before.MemoryKills)
        {
            violations.Count(Violation.Memory, now.MemoryKills - before.MemoryKills);
            LogMemoryEnd(home.Name, owner.ToString(), home.MemoryLimit >> 20);
            owner.Told?.Invoke($"ended: it had reached its memory limit of {home.MemoryLimit >> 20} MiB");
        }

        if (now.ThreadRefusals > before.ThreadRefusals)
        {
            violations.Count(Violation.Threads, now.ThreadRefusals - before.ThreadRefusals);
            LogThreads(home.Name, owner.ToString(), program.Threads);
            owner.Told?.Invoke($"refused: more than {program.Threads} threads");
        }
    }

    private void CountProcessors()
    {
        if (owner.Name is null || ProcessTimes.OfProcess(processId) is not { } used)
        {
            return;
        }

        var now = time.GetTimestamp();
        var granted = owner.Granted;

        // What it computed before it was somebody's is nobody's.
        if (_used is { } before && granted is { } given)
        {
            var wasLast = _allowance.IsLast;
            _allowance = _allowance.After(used - before, (given - _granted) * Environment.ProcessorCount, time.GetElapsedTime(_lookedAt, now), processors);

            if (_allowance.IsLast != wasLast)
            {
                home.TrySetLast(_allowance.IsLast, program.CpuWeight);
            }

            if (_allowance.IsLast && !wasLast)
            {
                violations.Count(Violation.Processors);
                LogProcessors(home.Name, owner.ToString(), _allowance.LastFor);
                owner.Told?.Invoke($"held back: it computes more than its share of the processors, and comes last for {_allowance.LastFor.TotalSeconds:0} s");
            }
        }

        (_used, _granted, _lookedAt) = (used, granted ?? TimeSpan.Zero, now);
    }

    [LoggerMessage(3268, LogLevel.Warning, "{Process} of {Owner} computes more than its share of the processors; it comes last for {Pause}")]
    private partial void LogProcessors(string process, string owner, TimeSpan pause);

    [LoggerMessage(3269, LogLevel.Warning, "{Process} of {Owner} was ended at its memory limit of {Mebibytes} MiB")]
    private partial void LogMemoryEnd(string process, string owner, long mebibytes);

    [LoggerMessage(3270, LogLevel.Warning, "{Process} of {Owner} was refused more than {Threads} threads")]
    private partial void LogThreads(string process, string owner, int threads);
}
