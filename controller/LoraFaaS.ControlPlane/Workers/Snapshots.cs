using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>What a worker's inventory says, as the policies ask for it.</summary>
public static class Snapshots
{
    extension(WorkerState worker)
    {
        public WorkerSnapshot Snapshot() => new()
        {
            Id = worker.Id,
            Draining = worker.Draining,
            Running = worker.Running,
            Queued = worker.Queued,
            DeviceBytes = new ByteSize(worker.DeviceBytes),
            FreeDeviceBytes = new ByteSize(Math.Max(0, worker.DeviceBytes - worker.DeviceBytesUsed)),
            Backbones = worker.Resident.Where(resident => resident is { Kind: ResidentKind.Backbone, Opening: false }).Select(resident => resident.Digest).ToFrozenSet(),
            UnreadableBackbones = worker.UnreadableBackbones.ToFrozenSet(),
        };

        /// <summary>How near a revision's artifacts are: its adapter's tier, or the backbone's for a bare backbone.</summary>
        public StorageTier TierOf(FunctionRevision revision)
        {
            var nearest = StorageTier.Remote;

            foreach (var resident in worker.Resident)
            {
                var tier = revision.AdapterDigest is { } adapter
                    ? TierOfAdapter(resident, adapter, revision.TrustDomain)
                    : TierOfBackbone(resident, revision.BackboneDigest);

                if (tier > nearest)
                {
                    nearest = tier;
                }
            }

            return nearest;
        }
    }

    /// <summary>Another trust domain's device pages are not ours, but what it loaded has passed through the disk cache.</summary>
    private static StorageTier TierOfAdapter(ResidentState resident, Digest adapter, TrustDomain domain)
    {
        if (resident.Kind is not ResidentKind.Adapter || resident.Digest != adapter)
        {
            return StorageTier.Remote;
        }

        return resident.Tier is StorageTier.Device && resident.TrustDomain != domain ? StorageTier.Disk : resident.Tier;
    }

    private static StorageTier TierOfBackbone(ResidentState resident, Digest backbone) =>
        resident is { Kind: ResidentKind.Backbone, Opening: false } && resident.Digest == backbone ? StorageTier.Device : StorageTier.Remote;
}
