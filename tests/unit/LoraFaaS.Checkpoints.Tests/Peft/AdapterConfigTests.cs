using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Tests.Support;

namespace LoraFaaS.Checkpoints.Tests.Peft;

public sealed class AdapterConfigTests
{
    private const string Good = """{"peft_type":"LORA","task_type":"CAUSAL_LM","r":8,"lora_alpha":16,"bias":"none","target_modules":["q_proj","v_proj"]}""";

    [Theory]
    [InlineData("""{"use_dora":true}""", "use_dora")]
    [InlineData("""{"modules_to_save":["lm_head"]}""", "modules_to_save")]
    [InlineData("""{"bias":"all"}""", "bias")]
    [InlineData("""{"lora_bias":true}""", "lora_bias")]
    [InlineData("""{"peft_type":"IA3"}""", "peft_type")]
    [InlineData("""{"peft_type":null}""", "peft_type")]
    [InlineData("""{"task_type":"SEQ_CLS"}""", "task_type")]
    [InlineData("""{"trainable_token_indices":[1]}""", "trainable_token_indices")]
    [InlineData("""{"layer_replication":[[0,2]]}""", "layer_replication")]
    [InlineData("""{"init_lora_weights":"pissa_niter_4"}""", "init_lora_weights")]
    [InlineData("""{"r":0}""", "r")]
    [InlineData("""{"r":1.5}""", "r")]
    [InlineData("""{"r":100000}""", "r")]
    [InlineData("""{"lora_alpha":"8"}""", "lora_alpha")]
    [InlineData("""{"target_modules":null}""", "target_modules")]
    [InlineData("""{"target_modules":[]}""", "target_modules")]
    [InlineData("""{"target_modules":[1]}""", "target_modules[0]")]
    [InlineData("""{"rank_pattern":{"q_proj":"4"}}""", "rank_pattern.q_proj")]
    [InlineData("""{"layers_to_transform":["1"]}""", "layers_to_transform[0]")]
    public void A_refusal_names_the_field(string change, string field) => Assert.Equal(field, Refusals.Of(Read(change)).Field);

    [Theory]
    [InlineData("""{"use_dora":false,"modules_to_save":[],"layer_replication":null,"lora_bias":false}""")]
    [InlineData("""{"init_lora_weights":"gaussian"}""")]
    [InlineData("""{"fan_in_fan_out":true}""")]
    [InlineData("""{"some_future_option":{"x":1}}""")]
    public void Options_without_effect_are_accepted(string change) => Read(change).ValueOrThrow();

    [Fact]
    public void Targets_have_three_spellings()
    {
        Assert.IsType<TargetModules.Names>(Read("{}").ValueOrThrow().Targets);
        Assert.IsType<TargetModules.AllLinear>(Read("""{"target_modules":"all-linear"}""").ValueOrThrow().Targets);
        Assert.IsType<TargetModules.Pattern>(Read("""{"target_modules":".*q_proj"}""").ValueOrThrow().Targets);
    }

    [Fact]
    public void Survives_random_damage()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        var random = new Random(4);
        for (var round = 0; round < 10_000; round++)
        {
            var json = (byte[])good.Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                json[random.Next(json.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"0123456789{}[]\",:-.\\"[random.Next(20)];
            }

            Assert.NotNull(AdapterConfig.Parse(json));
        }
    }

    private static Reading<AdapterConfig> Read(string change)
    {
        var config = JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        return AdapterConfig.Parse(Encoding.UTF8.GetBytes(config.ToJsonString()));
    }
}
