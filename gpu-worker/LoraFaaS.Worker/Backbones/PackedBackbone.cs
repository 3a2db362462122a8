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
    private readonly Lock _gate = new();
    private int _holders;
    private bool _retired;

    public Digest Digest { get; } = digest;

    public SealedMemory Segment { get; } = segment;

    public ModelConfig Config { get; } = config;

    /// <summary>By file name.</summary>
    public FrozenDictionary<string, ByteString> TextFiles { get; } = textFiles;

    /// <summary>Keeps it from being offloaded until the answer is disposed. Null: it is leaving.</summary>
    public IDisposable? TryHold()
    {
        lock (_gate)
        {
            if (_retired)
            {
                return null;
            }

            _holders++;
            return new BackboneHold(this);
        }
    }

    /// <summary>False while somebody holds it. Afterwards nobody can.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            return _holders == 0 && (_retired = true);
        }
    }

    internal void EndHold()
    {
        lock (_gate)
        {
            _holders--;
        }
    }

    /// <summary>Sandboxes that mapped the segment keep it; this worker's own hold on it ends.</summary>
    public void Dispose()
    {
        Segment.Dispose();
        lease.Dispose();
    }
}
