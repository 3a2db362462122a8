using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>An adapter at host tier that is not evicted until this is disposed.</summary>
internal sealed class HostAdapter(SealedMemory segment, StorageTier foundAt, Action end) : IDisposable
{
    private Action? _end = end;

    public SealedMemory Segment { get; } = segment;

    /// <summary>Where it was when asked for.</summary>
    public StorageTier FoundAt { get; } = foundAt;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
