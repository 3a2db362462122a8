namespace LoraFaaS.Bench.Workers;

/// <summary>What calls of a round cost beside their time.</summary>
internal sealed class ColdStarts
{
    public List<WatchedCall> Cold { get; } = [];

    public List<WatchedCall> Warm { get; } = [];

    /// <summary>The first cold start of a young worker, which compiles most of what any needs.</summary>
    public TimedCall? Youngest { get; set; }

    /// <summary>What those before the measured ones cost, the youngest among them: until little is compiled in one.</summary>
    public List<WatchedCall> Practised { get; } = [];

    /// <summary>Starts whose adapter was at the host already.</summary>
    public List<TimedCall> FromHost { get; } = [];

    /// <summary>Starts, and calls after them, whose client is a thread among all others.</summary>
    public List<TimedCall> AmongOthers { get; } = [];

    public List<TimedCall> WarmAmongOthers { get; } = [];

    /// <summary>Makes one call and notes what the processors did until its first token, and what the worker compiled in it.</summary>
    public async Task<TimedCall> WatchAsync(WorkerRun worker, List<WatchedCall> notes, Func<Task<TimedCall>> call)
    {
        var processorMs = double.NaN;
        var before = await worker.CompiledAsync();
        var work = ProcessorWork.Begin(worker.ProcessId);
        worker.FirstToken = () => processorMs = work.Milliseconds;
        var timed = await call();
        worker.FirstToken = null;
        var after = await worker.CompiledAsync();
        notes.Add(new WatchedCall(processorMs, after.Methods - before.Methods, after.Milliseconds - before.Milliseconds));
        return timed;
    }
}
