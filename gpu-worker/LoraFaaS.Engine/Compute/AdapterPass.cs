using LoraFaaS.Engine.Adapters;

namespace LoraFaaS.Engine.Compute;

/// <summary>Which adapters bend a projection: the step's groups at one layer and site, and room for the low-rank products.</summary>
public readonly record struct AdapterPass(StepPlan Plan, int Layer, AdapterSite Site, Activations Stack)
{
    /// <summary>A projection that no adapter touches, such as the head.</summary>
    public static AdapterPass None => default;

    public int GroupCount => Plan is null ? 0 : Plan.GroupCount;
}
