using System.Text;
using System.Text.Json;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Tests.Support;

/// <summary>An adapter for the tiny backbone below: two layers, hidden 8, intermediate 12.</summary>
internal sealed class AdapterBuilder
{
    public static ModelConfig Backbone { get; } = ModelConfig.Parse(
        """
        {"architectures":["LlamaForCausalLM"],"hidden_size":8,"intermediate_size":12,"num_hidden_layers":2,"num_attention_heads":2,
         "num_key_value_heads":1,"vocab_size":10,"max_position_embeddings":16}
        """u8.ToArray(),
        null).ValueOrThrow();

    private readonly Dictionary<string, object?> _config = new()
    {
        ["peft_type"] = "LORA",
        ["r"] = 2,
        ["lora_alpha"] = 4,
        ["target_modules"] = new[] { "q_proj", "down_proj" },
    };

    private readonly Dictionary<string, (int[] Shape, float Value)> _tensors = [];

    public AdapterBuilder With(string option, object? value)
    {
        _config[option] = value;
        return this;
    }

    public AdapterBuilder Pair(AdapterModule module, int layer, int rank, float value = 0.5f) => this
        .Tensor(AdapterTensorName.For(layer, module, isA: true), [rank, module.InFeatures(Backbone)], value)
        .Tensor(AdapterTensorName.For(layer, module, isA: false), [module.OutFeatures(Backbone), rank], value);

    public AdapterBuilder Tensor(string name, int[] shape, float value = 0.5f)
    {
        _tensors[name] = (shape, value);
        return this;
    }

    public AdapterBuilder Without(string name)
    {
        _tensors.Remove(name);
        return this;
    }

    /// <summary>q and down of both layers at rank 2, as the configuration claims.</summary>
    public AdapterBuilder Complete() => this
        .Pair(AdapterModule.Query, 0, 2).Pair(AdapterModule.Down, 0, 2)
        .Pair(AdapterModule.Query, 1, 2).Pair(AdapterModule.Down, 1, 2);

    public byte[] Config() => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(_config));

    public byte[] Weights()
    {
        var file = new SafetensorsBuilder();
        foreach (var (name, (shape, value)) in _tensors)
        {
            var values = new float[shape.Aggregate(1, (a, b) => a * b)];
            Array.Fill(values, 0.25f);
            values[^1] = value;
            file.AddFloats(name, values, shape);
        }

        return file.Build();
    }

    public AdapterValidation Validate() => AdapterValidator.Validate(
        AdapterConfig.Parse(Config()).ValueOrThrow(), SafetensorsBytes.Open(Weights()).ValueOrThrow(), Backbone);
}
