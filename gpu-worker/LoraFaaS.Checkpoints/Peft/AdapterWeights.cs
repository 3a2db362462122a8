using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Where a valid adapter's weights lie in its file, ordered by layer, then module.</summary>
public sealed record AdapterWeights(ImmutableArray<AdapterModuleWeights> Modules)
{
    public int MaxRank => Modules.Max(m => m.Rank);

    /// <summary>Bytes of weights as stored.</summary>
    public long ByteCount => Modules.Sum(m => m.A.ByteCount + m.B.ByteCount);

    /// <summary>Which modules are adapted in any layer.</summary>
    public ImmutableArray<AdapterModule> AdaptedModules => [.. Modules.Select(m => m.Module).Distinct().Order()];
}
