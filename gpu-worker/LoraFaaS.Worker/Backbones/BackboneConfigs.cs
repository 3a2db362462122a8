using System.Collections.Concurrent;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Reads each known backbone's configuration once. A digest's content does not change, so neither does its configuration.</summary>
internal sealed class BackboneConfigs(BackboneCatalogue catalogue) : IBackboneConfigs
{
    private readonly ConcurrentDictionary<Digest, ModelConfig> _read = new();

    public ModelConfig? Find(Digest backbone)
    {
        if (_read.TryGetValue(backbone, out var config))
        {
            return config;
        }

        return catalogue.TryFind(backbone, out var known) && Checkpoint.ReadConfig(known.Path) is Reading<ModelConfig>.Accepted accepted
            ? _read.GetOrAdd(backbone, accepted.Value)
            : null;
    }
}
