using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Offloading;

/// <summary>What an adapter's staying at a tier is worth by the byte: the time its next use would otherwise wait, times how often that is.</summary>
internal sealed class ArtifactWorth(ArtifactRates rates, TierCosts costs)
{
    public double DensityOf(Digest adapter, StorageTier tier, long bytes)
    {
        var saved = costs.Expect(tier is StorageTier.Disk ? ClimbStep.RemoteToDisk : ClimbStep.DiskToHost, new ByteSize(bytes));
        return rates.Of(ArtifactName.Adapter(adapter)) * saved.TotalSeconds / Math.Max(1, bytes);
    }
}
