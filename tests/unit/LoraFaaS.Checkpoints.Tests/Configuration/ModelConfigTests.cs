using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tests.Support;

namespace LoraFaaS.Checkpoints.Tests.Configuration;

public sealed class ModelConfigTests
{
    private const string Good = """
        {"architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,
         "num_key_value_heads":2,"vocab_size":100,"max_position_embeddings":512,"eos_token_id":[2,3],"bos_token_id":1,"pad_token_id":-1}
        """;

    [Fact]
    public void Defaults_follow_the_reference()
    {
        var config = Parse("{}");

        Assert.Equal((16, 10_000.0, 1e-6, false), (config.HeadDim, config.RopeTheta, config.RmsNormEps, config.TieWordEmbeddings));
        Assert.Equal([2, 3], config.EosTokenIds);
        Assert.Equal(1, config.BosTokenId);
        Assert.Null(config.PadTokenId);
        Assert.IsType<RopeScaling.None>(config.RopeScaling);
    }

    [Fact]
    public void Generation_config_wins_for_token_ids()
    {
        var config = ModelConfig.Parse(Encoding.UTF8.GetBytes(Good), """{"eos_token_id":7}"""u8.ToArray()).ValueOrThrow();

        Assert.Equal([7], config.EosTokenIds);
        Assert.Equal(1, config.BosTokenId);
    }

    [Theory]
    [InlineData("""{"rope_scaling":{"type":"linear","factor":4.0}}""", "Linear")]
    [InlineData("""{"rope_scaling":{"rope_type":"default"}}""", "None")]
    [InlineData("""{"rope_parameters":{"rope_type":"linear","factor":2,"rope_theta":1000000}}""", "Linear")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}}""", "Llama3")]
    public void Rope_scaling_is_read_in_both_spellings(string change, string kind) =>
        Assert.Equal(kind, Parse(change).RopeScaling.GetType().Name);

    [Fact]
    public void Theta_comes_from_rope_parameters_where_they_are() =>
        Assert.Equal(1_000_000, Parse("""{"rope_parameters":{"rope_type":"default","rope_theta":1000000}}""").RopeTheta);

    [Fact]
    public void A_sliding_window_shortens_the_context_to_where_it_makes_no_difference()
    {
        Assert.Equal(128, Parse("""{"architectures":["MistralForCausalLM"],"sliding_window":128}""").MaxPositions);
        Assert.Equal(512, Parse("""{"architectures":["MistralForCausalLM"],"sliding_window":null}""").MaxPositions);
        Assert.Equal(512, Parse("""{"architectures":["Qwen2ForCausalLM"],"sliding_window":128,"use_sliding_window":false}""").MaxPositions);
        Assert.Equal(128, Parse("""{"architectures":["Qwen2ForCausalLM"],"sliding_window":128,"use_sliding_window":true}""").MaxPositions);
    }

    [Fact]
    public void Each_family_has_its_own_biases_and_norms()
    {
        var qwen3 = Parse("""{"architectures":["Qwen3ForCausalLM"],"head_dim":32}""");
        Assert.True(qwen3.QkNorm);
        Assert.False(qwen3.QkvBias);
        Assert.Contains(BackboneTensors.Required(qwen3), t => t.Name == "model.layers.1.self_attn.q_norm.weight" && t.Shape.SequenceEqual([32L]));

        var biased = Parse("""{"attention_bias":true}""");
        Assert.True(biased.QkvBias && biased.OutputBias);
    }

    [Theory]
    [InlineData("""{"architectures":["GemmaForCausalLM"]}""", "architectures")]
    [InlineData("""{"architectures":null,"model_type":"gemma"}""", "model_type")]
    [InlineData("""{"hidden_size":0}""", "hidden_size")]
    [InlineData("""{"hidden_size":"64"}""", "hidden_size")]
    [InlineData("""{"hidden_size":1e30}""", "hidden_size")]
    [InlineData("""{"hidden_size":66}""", "num_attention_heads")]
    [InlineData("""{"num_key_value_heads":3}""", "num_key_value_heads")]
    [InlineData("""{"head_dim":15}""", "head_dim")]
    [InlineData("""{"num_hidden_layers":null}""", "num_hidden_layers")]
    [InlineData("""{"vocab_size":-1}""", "vocab_size")]
    [InlineData("""{"eos_token_id":100}""", "eos_token_id")]
    [InlineData("""{"eos_token_id":[1,200]}""", "eos_token_id[1]")]
    [InlineData("""{"rope_scaling":{"rope_type":"yarn","factor":4}}""", "rope_scaling.rope_type")]
    [InlineData("""{"rope_scaling":{"type":"dynamic","factor":4}}""", "rope_scaling.type")]
    [InlineData("""{"rope_scaling":{"type":"linear"}}""", "rope_scaling.factor")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1,"original_max_position_embeddings":8}}""", "rope_scaling.high_freq_factor")]
    [InlineData("""{"hidden_act":"gelu"}""", "hidden_act")]
    [InlineData("""{"mlp_bias":true}""", "mlp_bias")]
    [InlineData("""{"quantization_config":{"bits":4}}""", "quantization_config")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor")]
    [InlineData("""{"tie_word_embeddings":"yes"}""", "tie_word_embeddings")]
    public void A_refusal_names_the_field(string change, string field) => Assert.Equal(field, Refusals.Of(Read(change)).Field);

    [Fact]
    public void Survives_random_damage()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        var random = new Random(99);
        for (var round = 0; round < 5_000; round++)
        {
            var json = (byte[])good.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                json[random.Next(json.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789{}[]\",:-.e"[random.Next(20)];
            }

            Assert.NotNull(ModelConfig.Parse(json, json));
        }
    }

    private static ModelConfig Parse(string change) => Read(change).ValueOrThrow();

    private static Reading<ModelConfig> Read(string change)
    {
        var config = JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        return ModelConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString()), null);
    }
}
