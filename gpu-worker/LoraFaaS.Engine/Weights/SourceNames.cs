using System.Globalization;
using LoraFaaS.Checkpoints.Configuration;

namespace LoraFaaS.Engine.Weights;

/// <summary>Hugging Face's name for each of ours.</summary>
internal static class SourceNames
{
    public static string Of(string name)
    {
        if (!name.StartsWith("layers.", StringComparison.Ordinal))
        {
            return name switch
            {
                BackboneNames.Embedding => BackboneTensors.Embedding,
                BackboneNames.FinalNorm => BackboneTensors.FinalNorm,
                BackboneNames.Head => BackboneTensors.Head,
                _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a tensor of a backbone."),
            };
        }

        var parts = name.Split('.');
        return BackboneTensors.InLayer(int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] switch
        {
            BackboneNames.AttentionNorm => "input_layernorm.weight",
            BackboneNames.Query => "self_attn.q_proj.weight",
            BackboneNames.Key => "self_attn.k_proj.weight",
            BackboneNames.Value => "self_attn.v_proj.weight",
            BackboneNames.QueryBias => "self_attn.q_proj.bias",
            BackboneNames.KeyBias => "self_attn.k_proj.bias",
            BackboneNames.ValueBias => "self_attn.v_proj.bias",
            BackboneNames.Output => "self_attn.o_proj.weight",
            BackboneNames.OutputBias => "self_attn.o_proj.bias",
            BackboneNames.QueryNorm => "self_attn.q_norm.weight",
            BackboneNames.KeyNorm => "self_attn.k_norm.weight",
            BackboneNames.MlpNorm => "post_attention_layernorm.weight",
            BackboneNames.Gate => "mlp.gate_proj.weight",
            BackboneNames.Up => "mlp.up_proj.weight",
            BackboneNames.Down => "mlp.down_proj.weight",
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a tensor of a layer."),
        });
    }
}
