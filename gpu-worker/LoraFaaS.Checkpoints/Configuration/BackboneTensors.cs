using System.Globalization;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>The weights of a backbone by their Hugging Face names. The one list that loading, checking and packing share.</summary>
public static class BackboneTensors
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";

    /// <summary>Absent where embeddings are tied; then <see cref="Embedding"/> serves.</summary>
    public const string Head = "lm_head.weight";

    /// <param name="part">For example <c>self_attn.q_proj.weight</c> or <c>input_layernorm.weight</c>.</param>
    public static string InLayer(int layer, string part) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{part}");

    /// <summary>Every weight in the order of use.</summary>
    public static IEnumerable<RequiredTensor> Required(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        yield return new(Embedding, [config.VocabSize, config.HiddenSize]);

        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var (part, shape) in RequiredInLayer(config))
            {
                yield return new(InLayer(layer, part), shape);
            }
        }

        yield return new(FinalNorm, [config.HiddenSize]);
        if (!config.TieWordEmbeddings)
        {
            yield return new(Head, [config.VocabSize, config.HiddenSize]);
        }
    }

    /// <summary>Refuses the first weight that is absent, of another shape, or of an element type that cannot be a weight.</summary>
    public static Refusal? Check(ModelConfig config, TensorStore tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach (var required in Required(config))
        {
            if (tensors.Find(required.Name) is not { } tensor)
            {
                return new Refusal(required.Name, "is missing from the checkpoint");
            }

            if (!tensor.HasShape(required.Shape.AsSpan()))
            {
                return new Refusal(required.Name, $"has shape {tensor.ShapeText}; config.json asks for [{string.Join(", ", required.Shape)}]");
            }

            if (!tensor.Type.IsWeight)
            {
                return new Refusal(required.Name, $"is stored as {tensor.Type}; BF16, F16 and F32 can be read");
            }
        }

        return null;
    }

    private static IEnumerable<RequiredTensor> RequiredInLayer(ModelConfig config)
    {
        yield return new("input_layernorm.weight", [config.HiddenSize]);
        yield return new("self_attn.q_proj.weight", [config.QuerySize, config.HiddenSize]);
        yield return new("self_attn.k_proj.weight", [config.KvSize, config.HiddenSize]);
        yield return new("self_attn.v_proj.weight", [config.KvSize, config.HiddenSize]);

        if (config.QkvBias)
        {
            yield return new("self_attn.q_proj.bias", [config.QuerySize]);
            yield return new("self_attn.k_proj.bias", [config.KvSize]);
            yield return new("self_attn.v_proj.bias", [config.KvSize]);
        }

        if (config.QkNorm)
        {
            yield return new("self_attn.q_norm.weight", [config.HeadDim]);
            yield return new("self_attn.k_norm.weight", [config.HeadDim]);
        }

        yield return new("self_attn.o_proj.weight", [config.HiddenSize, config.QuerySize]);
        if (config.OutputBias)
        {
            yield return new("self_attn.o_proj.bias", [config.HiddenSize]);
        }

        yield return new("post_attention_layernorm.weight", [config.HiddenSize]);
        yield return new("mlp.gate_proj.weight", [config.IntermediateSize, config.HiddenSize]);
        yield return new("mlp.up_proj.weight", [config.IntermediateSize, config.HiddenSize]);
        yield return new("mlp.down_proj.weight", [config.HiddenSize, config.IntermediateSize]);
    }
}
