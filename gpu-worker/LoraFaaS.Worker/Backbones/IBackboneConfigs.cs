using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Configurations of the backbones this worker knows, for validating adapters without having packed anything.</summary>
internal interface IBackboneConfigs
{
    /// <summary>Null when the backbone is unknown, or its configuration cannot be read.</summary>
    ModelConfig? Find(Digest backbone);
}
