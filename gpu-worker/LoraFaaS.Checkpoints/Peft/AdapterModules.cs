using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Checkpoints.Configuration;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Names and shapes of <see cref="AdapterModule"/> in a backbone.</summary>
public static class AdapterModules
{
    public static ImmutableArray<AdapterModule> All { get; } =
    [
        AdapterModule.Query, AdapterModule.Key, AdapterModule.Value, AdapterModule.Output, AdapterModule.Gate, AdapterModule.Up, AdapterModule.Down,
    ];

    extension(AdapterModule module)
    {
        /// <summary>The module's last name, as <c>target_modules</c> gives it.</summary>
        public string ShortName => module switch
        {
            AdapterModule.Query => "q_proj",
            AdapterModule.Key => "k_proj",
            AdapterModule.Value => "v_proj",
            AdapterModule.Output => "o_proj",
            AdapterModule.Gate => "gate_proj",
            AdapterModule.Up => "up_proj",
            AdapterModule.Down => "down_proj",
            _ => throw new UnreachableException(),
        };

        public int InFeatures(ModelConfig config) => module switch
        {
            AdapterModule.Output => config.QuerySize,
            AdapterModule.Down => config.IntermediateSize,
            _ => config.HiddenSize,
        };

        public int OutFeatures(ModelConfig config) => module switch
        {
            AdapterModule.Query => config.QuerySize,
            AdapterModule.Key or AdapterModule.Value => config.KvSize,
            AdapterModule.Gate or AdapterModule.Up => config.IntermediateSize,
            _ => config.HiddenSize,
        };

        /// <summary>The module's full name in the backbone, as patterns are matched against it.</summary>
        public string FullName(int layer) => string.Create(
            CultureInfo.InvariantCulture,
            $"model.layers.{layer}.{(module is AdapterModule.Gate or AdapterModule.Up or AdapterModule.Down ? "mlp" : "self_attn")}.{module.ShortName}");
    }
}
