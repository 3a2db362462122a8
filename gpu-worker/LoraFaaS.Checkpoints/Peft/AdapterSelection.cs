using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>What a configuration says of each module, with its patterns compiled once: claimed or not, its rank, its scale.</summary>
internal sealed class AdapterSelection
{
    private readonly AdapterConfig _config;
    private readonly ModuleMatcher _targets;
    private readonly ModuleMatcher? _excluded;
    private readonly List<(ModulePattern Pattern, int Rank)> _ranks;
    private readonly List<(ModulePattern Pattern, double Alpha)> _alphas;

    public AdapterSelection(AdapterConfig config)
    {
        _config = config;
        _targets = new ModuleMatcher(config.Targets, "target_modules");
        _excluded = config.Excluded is null ? null : new ModuleMatcher(config.Excluded, "exclude_modules");
        _ranks = [.. config.RankPattern.Select(p => (ModulePattern.NameEnd(p.Key, $"rank_pattern.{p.Key}"), p.Value))];
        _alphas = [.. config.AlphaPattern.Select(p => (ModulePattern.NameEnd(p.Key, $"alpha_pattern.{p.Key}"), p.Value))];
    }

    /// <summary>The embedding and the head are linear too, and PEFT would wrap them where the targets name them.</summary>
    public void RefuseModulesOutsideLayers()
    {
        foreach (var name in (ReadOnlySpan<string>)["lm_head", "model.embed_tokens"])
        {
            if (_config.Targets is not TargetModules.AllLinear && _targets.Matches(name) && _excluded?.Matches(name) is not true)
            {
                throw new RefusedException("target_modules", $"claims '{name}'; only the linear modules of the layers can be adapted");
            }
        }
    }

    public bool Claims(AdapterModule module, int layer)
    {
        var name = module.FullName(layer);
        return _targets.Matches(name) && _excluded?.Matches(name) is not true && ClaimsLayer(layer);
    }

    public int RankOf(string fullName)
    {
        foreach (var (pattern, rank) in _ranks)
        {
            if (pattern.Matches(fullName))
            {
                return rank;
            }
        }

        return _config.Rank;
    }

    public float ScaleOf(string fullName, int rank)
    {
        var alpha = _config.Alpha;
        foreach (var (pattern, other) in _alphas)
        {
            if (pattern.Matches(fullName))
            {
                alpha = other;
                break;
            }
        }

        return (float)(alpha / (_config.UseRsLora ? Math.Sqrt(rank) : rank));
    }

    private bool ClaimsLayer(int layer) =>
        _config.LayersToTransform.IsEmpty
        || (_config.LayersToTransform.Contains(layer)
            && (_config.LayersPattern.IsEmpty || _config.LayersPattern.Any(p => p is "layers" or "model.layers")));
}
