using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Moves adapters among the tiers outside of sandboxes, as the controller commands. Null means done.</summary>
internal sealed class AdapterTiers(ArtifactCache disk, AdapterHostCache host)
{
    public async Task<Problem?> ToDiskAsync(Digest adapter, long maxBytes, Urgency urgency, CancellationToken cancellationToken)
    {
        switch (await disk.EnsureAsync(adapter, maxBytes, cancellationToken, urgency))
        {
            case ArtifactFetch.Ready ready:
                ready.Lease.Dispose();
                return null;
            case ArtifactFetch.NotFound:
                return new Problem(ErrorCode.AdapterNotFound, $"The artifact store has no adapter {adapter}.");
            case ArtifactFetch.Corrupt corrupt:
                return new Problem(ErrorCode.ArtifactCorrupt, corrupt.Reason);
            case ArtifactFetch.TooLarge tooLarge:
                return new Problem(ErrorCode.NoCapacity, tooLarge.Reason);
            case ArtifactFetch.Unavailable unavailable:
                return new Problem(ErrorCode.ControllerUnavailable, unavailable.Reason);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public async Task<Problem?> ToHostAsync(AdapterKey key, long maxBytes, Urgency urgency, CancellationToken cancellationToken)
    {
        switch (await host.EnsureAsync(key, maxBytes, cancellationToken, urgency))
        {
            case Loading<HostAdapter>.Ready ready:
                ready.Value.Dispose();
                return null;
            case Loading<HostAdapter>.Failed failed:
                return failed.Problem;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Leaves it at this tier at most.</summary>
    public void DropAbove(Digest adapter, StorageTier tier)
    {
        if (tier < StorageTier.Host)
        {
            host.Drop(adapter);
        }

        if (tier < StorageTier.Disk)
        {
            disk.Drop(adapter);
        }
    }
}
