using System.Collections.Frozen;
using Google.Protobuf;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Backbones;

/// <summary>
/// A backbone ready for any number of sandboxes: one sealed segment in the layout the kernels want, its configuration, and the text side
/// that each sandbox is given in its first frame.
/// </summary>
internal sealed class PackedBackbone(
    Digest digest, SealedMemory segment, MemoryLease lease, ModelConfig config, FrozenDictionary<string, ByteString> textFiles) : IDisposable
{
    public Digest Digest { get; } = digest;

    public SealedMemory Segment { get; } = segment;

    public ModelConfig Config { get; } = config;

    /// <summary>By file name.</summary>
    public FrozenDictionary<string, ByteString> TextFiles { get; } = textFiles;

    /// <summary>Sandboxes that mapped the segment keep it; this worker's own hold on it ends.</summary>
    public void Dispose()
    {
        Segment.Dispose();
        lease.Dispose();
    }
}
