using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>A small random float32 backbone on disk, with an adapter of mixed and odd ranks: for what no golden covers.</summary>
internal sealed class RandomCheckpoint : IDisposable
{
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _backbone = [];
    private readonly Dictionary<string, (int[] Shape, float[] Values)> _adapter = [];
    private readonly Random _random = new(21);

    /// <param name="family">"qwen3" has head norms; "qwen2" has biases.</param>
    public RandomCheckpoint(string family, string ropeScaling, int headDim = 20)
    {
        HeadDim = headDim;
        Folder = Directory.CreateTempSubdirectory("lorafaas-engine-").FullName;
        Family = family;
        Directory.CreateDirectory(AdapterFolder);
        Fill();
        File.WriteAllText(Path.Combine(Folder, "config.json"), Config(ropeScaling));
        File.WriteAllText(Path.Combine(AdapterFolder, "adapter_config.json"), """
            { "peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "r": 5, "lora_alpha": 7,
              "target_modules": ["q_proj", "v_proj", "up_proj", "down_proj"], "rank_pattern": { "v_proj": 3, "down_proj": 17 }, "alpha_pattern": { "up_proj": 2 } }
            """);
        Write(Path.Combine(Folder, "model.safetensors"), _backbone);
        Write(Path.Combine(AdapterFolder, "adapter_model.safetensors"), _adapter);
    }

    public const int Vocabulary = 90, Hidden = 40, Intermediate = 56, Layers = 2, Heads = 6, KvHeads = 2;

    public int HeadDim { get; }

    public string Folder { get; }

    public string Family { get; }

    public string AdapterFolder => Path.Combine(Folder, "adapter");

    public float[] Of(string name) => _backbone[name].Values;

    public float[]? OfOrNull(string name) => _backbone.TryGetValue(name, out var tensor) ? tensor.Values : null;

    public (float[] A, float[] B)? AdapterOf(string module) =>
        _adapter.TryGetValue($"base_model.model.{module}.lora_A.weight", out var a)
            ? (a.Values, _adapter[$"base_model.model.{module}.lora_B.weight"].Values)
            : null;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Fill()
    {
        Add("model.embed_tokens.weight", 1f, Vocabulary, Hidden);
        Add("model.norm.weight", 1f, Hidden);
        Add("lm_head.weight", 0.3f, Vocabulary, Hidden);
        for (var layer = 0; layer < Layers; layer++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            Add(at + "input_layernorm.weight", 1f, Hidden);
            Add(at + "post_attention_layernorm.weight", 1f, Hidden);
            AddLinear(at + "self_attn.q_proj", Heads * HeadDim, Hidden, adapterRank: 5, bias: Family == "qwen2");
            AddLinear(at + "self_attn.k_proj", KvHeads * HeadDim, Hidden, adapterRank: 0, bias: Family == "qwen2");
            AddLinear(at + "self_attn.v_proj", KvHeads * HeadDim, Hidden, adapterRank: 3, bias: Family == "qwen2");
            AddLinear(at + "self_attn.o_proj", Hidden, Heads * HeadDim, adapterRank: 0);
            AddLinear(at + "mlp.gate_proj", Intermediate, Hidden, adapterRank: 0);
            AddLinear(at + "mlp.up_proj", Intermediate, Hidden, adapterRank: 5);
            AddLinear(at + "mlp.down_proj", Hidden, Intermediate, adapterRank: 17);
            if (Family == "qwen3")
            {
                Add(at + "self_attn.q_norm.weight", 1f, HeadDim);
                Add(at + "self_attn.k_norm.weight", 1f, HeadDim);
            }
        }
    }

    private void AddLinear(string name, int outputs, int inputs, int adapterRank, bool bias = false)
    {
        Add(name + ".weight", 0.3f, outputs, inputs);
        if (bias)
        {
            Add(name + ".bias", 1f, outputs);
        }

        if (adapterRank > 0)
        {
            _adapter[$"base_model.model.{name}.lora_A.weight"] = ([adapterRank, inputs], Values(adapterRank * inputs, 0.3f));
            _adapter[$"base_model.model.{name}.lora_B.weight"] = ([outputs, adapterRank], Values(outputs * adapterRank, 0.3f));
        }
    }

    private void Add(string name, float range, params int[] shape) =>
        _backbone[name] = (shape, Values(shape.Aggregate(1, (a, b) => a * b), range));

    private float[] Values(int count, float range) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2 - 1) * range)];

    private string Config(string ropeScaling) => $$"""
        { "architectures": ["{{(Family == "qwen3" ? "Qwen3ForCausalLM" : "Qwen2ForCausalLM")}}"], "model_type": "{{Family}}", "vocab_size": {{Vocabulary}},
          "hidden_size": {{Hidden}}, "intermediate_size": {{Intermediate}}, "num_hidden_layers": {{Layers}}, "num_attention_heads": {{Heads}},
          "num_key_value_heads": {{KvHeads}}, "head_dim": {{HeadDim}}, "max_position_embeddings": 128, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
          "rope_scaling": {{ropeScaling}}, "tie_word_embeddings": false, "hidden_act": "silu", "torch_dtype": "float32", "attention_bias": false,
          "use_sliding_window": false, "bos_token_id": 1, "eos_token_id": 2 }
        """;

    private static void Write(string path, Dictionary<string, (int[] Shape, float[] Values)> tensors)
    {
        var offset = 0;
        var entries = new List<string>();
        foreach (var (name, (shape, values)) in tensors)
        {
            entries.Add($$"""{{'"'}}{{name}}{{'"'}}:{"dtype":"F32","shape":[{{string.Join(',', shape)}}],"data_offsets":[{{offset}},{{offset + values.Length * 4}}]}""");
            offset += values.Length * sizeof(float);
        }

        var json = Encoding.UTF8.GetBytes("{" + string.Join(',', entries) + "}");
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)json.Length));
        file.Write(json);
        foreach (var (_, values) in tensors.Values)
        {
            file.Write(MemoryMarshal.AsBytes<float>(values));
        }
    }
}
