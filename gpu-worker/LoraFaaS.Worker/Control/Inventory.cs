using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Control;

/// <summary>
/// What is where on this worker: the truth that the controller plans with. One entry for each place an artifact is in, farthest tier
/// first, so that a reader who keeps the last entry of a digest keeps the nearest.
/// </summary>
internal sealed class Inventory(
    ArtifactCache disk,
    AdapterHostCache host,
    BackboneStore backbones,
    SandboxSupervisor supervisor,
    MemoryBooks books,
    InvocationCounts counts)
{
    private const string Backbone = "backbone";
    private const string Adapter = "adapter";

    private long _sequence;

    public WorkerHeartbeat Take()
    {
        var sandboxes = supervisor.Resident;
        var beat = new WorkerHeartbeat
        {
            Sequence = Interlocked.Increment(ref _sequence),
            DeviceBytesUsed = books.Device.Used.Bytes,
            HostBytesUsed = books.Host.Used.Bytes,
            Running = counts.Running,
            Queued = counts.Queued,
            Sandboxes = sandboxes.Count,
            Draining = counts.IsDraining,
        };

        beat.Resident.AddRange(disk.Inventory.Select(entry => Entry(Adapter, entry.Digest, StorageTier.Disk, entry.Size)));
        beat.Resident.AddRange(host.Inventory.Select(entry => Entry(Adapter, entry.Digest, StorageTier.Host, entry.Size)));
        beat.Resident.AddRange(backbones.Inventory.Select(entry => Entry(Backbone, entry.Digest, StorageTier.Host, entry.Size)));

        foreach (var sandbox in sandboxes)
        {
            var idle = sandbox.IdleFor ?? TimeSpan.Zero;
            beat.Resident.Add(Entry(Backbone, sandbox.Key.Backbone, StorageTier.Device, ByteSize.Zero, sandbox.Key.TrustDomain, idle));
            beat.Resident.AddRange(sandbox.Adapters.Select(
                entry => Entry(Adapter, entry.Digest, StorageTier.Device, entry.Size, sandbox.Key.TrustDomain, idle)));
        }

        return beat;
    }

    private static Resident Entry(string kind, Digest digest, StorageTier tier, ByteSize size, TrustDomain? trustDomain = null, TimeSpan idle = default) => new()
    {
        Kind = kind,
        Digest = digest.Value,
        Tier = (int)tier,
        Bytes = size.Bytes,
        TrustDomain = trustDomain?.Value ?? "",
        IdleMs = (long)idle.TotalMilliseconds,
    };
}
