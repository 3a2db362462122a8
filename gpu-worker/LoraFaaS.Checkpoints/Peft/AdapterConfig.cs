using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>adapter_config.json of a PEFT LoRA adapter: what decides the arithmetic. Options that would change it and are not supported are refused by name.</summary>
public sealed record AdapterConfig
{
    public const string File = "adapter_config.json";

    /// <summary>No published adapter is near it; a page plan for more would not fit a device.</summary>
    public const int MaxRank = 1_024;

    public required int Rank { get; init; }

    public required double Alpha { get; init; }

    /// <summary>Scale is alpha / sqrt(rank) in place of alpha / rank.</summary>
    public required bool UseRsLora { get; init; }

    public required TargetModules Targets { get; init; }

    /// <summary>Modules taken out of <see cref="Targets"/> again; null for none.</summary>
    public required TargetModules? Excluded { get; init; }

    /// <summary>Pattern of a module's name to its rank; the first match counts.</summary>
    public required ImmutableArray<KeyValuePair<string, int>> RankPattern { get; init; }

    /// <summary>Pattern of a module's name to its alpha; the first match counts.</summary>
    public required ImmutableArray<KeyValuePair<string, double>> AlphaPattern { get; init; }

    /// <summary>Only these layers; all when empty.</summary>
    public required ImmutableArray<int> LayersToTransform { get; init; }

    /// <summary>Names of the layer list that <see cref="LayersToTransform"/> counts in; empty means any.</summary>
    public required ImmutableArray<string> LayersPattern { get; init; }

    /// <summary>What the author says it was trained on; informative.</summary>
    public required string? BaseModel { get; init; }

    public static Reading<AdapterConfig> Parse(ReadOnlyMemory<byte> json) => Reading.Capture(File, () => AdapterConfigReader.Read(json));
}
