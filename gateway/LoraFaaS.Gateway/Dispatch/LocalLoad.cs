using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Dispatch;

/// <summary>What this gateway itself has in flight at each worker: newer than any heartbeat.</summary>
internal sealed class LocalLoad
{
    private readonly ConcurrentDictionary<WorkerId, StrongBox<int>> _inFlight = new();

    public int Of(WorkerId worker) => _inFlight.TryGetValue(worker, out var count) ? Volatile.Read(ref count.Value) : 0;

    /// <summary>Counted until disposed.</summary>
    public Share Enter(WorkerId worker)
    {
        var count = _inFlight.GetOrAdd(worker, static _ => new StrongBox<int>());
        Interlocked.Increment(ref count.Value);
        return new Share(count);
    }

    internal readonly struct Share(StrongBox<int> count) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref count.Value);
    }
}
