using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>Who holds what, by digest, so that a list of many functions does not ask every worker about each.</summary>
public sealed class ResidencyIndex
{
    private readonly Dictionary<Digest, List<WorkerState>> _holders = [];

    public ResidencyIndex(IReadOnlyList<WorkerState> workers)
    {
        foreach (var worker in workers)
        {
            foreach (var digest in worker.Resident.Select(resident => resident.Digest).Distinct())
            {
                if (!_holders.TryGetValue(digest, out var list))
                {
                    _holders.Add(digest, list = []);
                }

                list.Add(worker);
            }
        }
    }

    /// <summary>Some worker holds its adapter (or the bare backbone).</summary>
    public bool IsHeld(FunctionRevision revision) => _holders.ContainsKey(revision.AdapterDigest ?? revision.BackboneDigest);

    /// <summary>Workers that hold a revision's adapter (or the bare backbone) anywhere, and how near.</summary>
    public IEnumerable<(WorkerState Worker, StorageTier Tier)> HoldersOf(FunctionRevision revision) =>
        _holders.TryGetValue(revision.AdapterDigest ?? revision.BackboneDigest, out var workers)
            ? workers.Select(worker => (worker, worker.TierOf(revision)))
            : [];
}
