using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>An adapter in host memory: a sealed segment whose descriptor goes to the sandbox that copies it into its pages.</summary>
internal sealed class PackedAdapter(SealedMemory segment, MemoryLease lease) : IDisposable
{
    public SealedMemory Segment { get; } = segment;

    public void Dispose()
    {
        Segment.Dispose();
        lease.Dispose();
    }
}
