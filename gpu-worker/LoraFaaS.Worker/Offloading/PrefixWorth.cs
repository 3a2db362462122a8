using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Offloading;

/// <summary>What prompt prefixes' ways back take on this machine, as measured, for those who decide what to keep where.</summary>
internal sealed class PrefixWorth(ArtifactRates rates, TierCosts costs)
{
    /// <summary>Of one whose own computing was measured.</summary>
    public PrefixCosts CostsOf(PrefixImage image) => Costs(image.Size) with { Compute = image.Computed };

    /// <summary>Of one of so many bytes, none of which is kept outside the device.</summary>
    public PrefixCosts Costs(ByteSize size) =>
        new(costs.Expect(ClimbStep.PrefixRead, size), costs.Expect(ClimbStep.PrefixRestore, size), costs.Expect(ClimbStep.PrefixCompute, size));

    /// <summary>The disk was not worth it this time.</summary>
    public void PassOver() => costs.Doubt(ClimbStep.PrefixRead);

    public double DensityOnDisk(PrefixImage image, long bytes) =>
        PrefixReturnPolicy.DensityOnDisk(rates.Of(ArtifactName.Prefix(image.Key.Function, image.Key.Revision)), bytes, CostsOf(image));
}
