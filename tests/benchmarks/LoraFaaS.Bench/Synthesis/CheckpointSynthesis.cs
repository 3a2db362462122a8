using System.Globalization;

namespace LoraFaaS.Bench.Synthesis;

/// <summary>Makes a random checkpoint folder of a shape, as Hugging Face lays it out, with a byte-level tokenizer, and PEFT adapters for it.</summary>
internal static class CheckpointSynthesis
{
    private const double Deviation = 0.02;

    public static void WriteBackbone(NamedShape shape, string folder, int seed, Action<string, double> progress)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config(shape));
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), SyntheticTokenizer.Json(shape.Vocabulary));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), SyntheticTokenizer.Config);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"), [.. Backbone(shape)], new NormalBits(seed, Deviation), (done, total) => progress("model.safetensors", (double)done / total));
    }

    /// <summary>All seven linear modules of every layer.</summary>
    public static void WriteAdapter(NamedShape shape, string folder, int rank, int seed)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "r": {{rank}}, "lora_alpha": {{2 * rank}}, "lora_dropout": 0.0,
              "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
            }
            """));
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), [.. Adapter(shape, rank)], new NormalBits(seed, Deviation), progress: null);
    }

    private static IEnumerable<SyntheticTensor> Backbone(NamedShape shape)
    {
        yield return new SyntheticTensor("model.embed_tokens.weight", false, shape.Vocabulary, shape.Hidden);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var at = Layer(layer);
            yield return new SyntheticTensor(at + "input_layernorm.weight", true, shape.Hidden);
            yield return new SyntheticTensor(at + "post_attention_layernorm.weight", true, shape.Hidden);
            foreach (var (name, outputs, inputs) in shape.Linear)
            {
                yield return new SyntheticTensor($"{at}{name}.weight", false, outputs, inputs);
            }
        }

        yield return new SyntheticTensor("model.norm.weight", true, shape.Hidden);
        yield return new SyntheticTensor("lm_head.weight", false, shape.Vocabulary, shape.Hidden);
    }

    private static IEnumerable<SyntheticTensor> Adapter(NamedShape shape, int rank)
    {
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            foreach (var (name, outputs, inputs) in shape.Linear)
            {
                yield return new SyntheticTensor($"base_model.model.{Layer(layer)}{name}.lora_A.weight", false, rank, inputs);
                yield return new SyntheticTensor($"base_model.model.{Layer(layer)}{name}.lora_B.weight", false, outputs, rank);
            }
        }
    }

    private static string Layer(int layer) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");

    private static string Config(NamedShape shape) => string.Create(CultureInfo.InvariantCulture, $$"""
        {
          "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": {{shape.Vocabulary}}, "hidden_size": {{shape.Hidden}},
          "intermediate_size": {{shape.Intermediate}}, "num_hidden_layers": {{shape.Layers}}, "num_attention_heads": {{shape.Heads}},
          "num_key_value_heads": {{shape.KvHeads}}, "head_dim": {{shape.HeadDim}}, "max_position_embeddings": {{NamedShape.MaxPositions}},
          "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "rope_scaling": null, "tie_word_embeddings": false, "hidden_act": "silu",
          "attention_bias": false, "mlp_bias": false, "bos_token_id": {{SyntheticTokenizer.Bos(shape.Vocabulary)}},
          "eos_token_id": {{SyntheticTokenizer.Eos(shape.Vocabulary)}}, "torch_dtype": "bfloat16"
        }
        """);
}
