using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Checkpoints.Tests.Support;

namespace LoraFaaS.Checkpoints.Tests.Peft;

public sealed class AdapterValidatorTests
{
    [Theory]
    [InlineData("en-fr", 16, 42, 2.0)]
    [InlineData("normalise", 8, 30, 4.0)]
    [InlineData("product-title", 8, 30, 2.0)]
    [InlineData("sentiment", 4, 12, 2.0)]
    [InlineData("sql", 32, 42, 2.0)]
    [InlineData("ticket-router", 16, 24, 2.0)]
    public void Every_demo_adapter_fits_its_backbone(string name, int rank, int modules, double scale)
    {
        using var adapter = AdapterArtifact.OpenFolder(Repository.Adapter(name)).ValueOrThrow();
        var backbone = Checkpoint.ReadConfig(Repository.Backbone).ValueOrThrow();

        var weights = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.Validate(adapter.Config, adapter.Tensors, backbone)).Weights;

        Assert.Equal((rank, modules), (weights.MaxRank, weights.Modules.Length));
        Assert.All(weights.Modules, m => Assert.Equal((float)scale, m.Scale));
        Assert.Equal(adapter.Tensors.Header.DataLength, weights.ByteCount);
    }

    [Theory]
    [InlineData("llama-sharded", 2)]
    [InlineData("llama3-rope", 6)]
    [InlineData("qwen2-bias-tied", 14)]
    public void Every_tiny_adapter_fits_its_backbone(string name, int modules)
    {
        using var adapter = AdapterArtifact.OpenFolder(Path.Combine(Repository.Tiny(name), "adapter")).ValueOrThrow();
        var backbone = Checkpoint.ReadConfig(Repository.Tiny(name)).ValueOrThrow();

        var valid = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.Validate(adapter.Config, adapter.Tensors, backbone));
        Assert.Equal(modules, valid.Weights.Modules.Length);
    }

    [Fact]
    public void An_adapter_of_another_backbone_is_refused_by_its_first_misfit()
    {
        using var adapter = AdapterArtifact.OpenFolder(Repository.Adapter("sql")).ValueOrThrow();
        var other = Checkpoint.ReadConfig(Repository.Tiny("llama3-rope")).ValueOrThrow();

        var refused = Assert.IsType<AdapterValidation.Refused>(AdapterValidator.Validate(adapter.Config, adapter.Tensors, other));
        Assert.Equal("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", refused.Why.Field);
        Assert.Contains("[32, 256]", refused.Why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_and_alphas_follow_their_patterns()
    {
        var valid = Valid(new AdapterBuilder()
            .With("rank_pattern", new Dictionary<string, int> { ["layers.1.self_attn.q_proj"] = 4, ["down_proj"] = 1 })
            .With("alpha_pattern", new Dictionary<string, double> { [".*q_proj"] = 6 })
            .Pair(AdapterModule.Query, 0, 2).Pair(AdapterModule.Query, 1, 4).Pair(AdapterModule.Down, 0, 1).Pair(AdapterModule.Down, 1, 1));

        Assert.Equal([(2, 3f), (1, 4f), (4, 1.5f), (1, 4f)], valid.Modules.Select(m => (m.Rank, m.Scale)));
    }

    [Fact]
    public void Rslora_divides_by_the_root_of_the_rank() =>
        Assert.All(Valid(new AdapterBuilder().With("use_rslora", true).Complete()).Modules, m => Assert.Equal((float)(4 / Math.Sqrt(2)), m.Scale));

    [Fact]
    public void Targets_may_be_a_pattern_or_all_linear_modules_or_have_exceptions()
    {
        Valid(new AdapterBuilder().With("target_modules", @".*\.(q_proj|down_proj)").Complete());
        Valid(new AdapterBuilder().With("target_modules", "all-linear").With("exclude_modules", new[] { "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj" }).Complete());
        Valid(new AdapterBuilder().With("target_modules", new[] { "q_proj", "down_proj", "Wqkv" }).Complete());

        var one = Valid(new AdapterBuilder().With("layers_to_transform", 1).Pair(AdapterModule.Query, 1, 2).Pair(AdapterModule.Down, 1, 2));
        Assert.All(one.Modules, m => Assert.Equal(1, m.Layer));
    }

    [Fact]
    public void A_pair_must_be_complete() =>
        Assert.Equal(
            AdapterTensorName.For(1, AdapterModule.Down, isA: false),
            Refused(new AdapterBuilder().Complete().Without(AdapterTensorName.For(1, AdapterModule.Down, isA: false))).Field);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_not_finite_is_refused(float value)
    {
        var refusal = Refused(new AdapterBuilder().Complete().Pair(AdapterModule.Down, 1, 2, value));
        Assert.Equal(AdapterTensorName.For(1, AdapterModule.Down, isA: true), refusal.Field);
        Assert.Contains("finite", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorType.BF16, 0x7F80, false)]
    [InlineData(TensorType.BF16, 0xFFC1, false)]
    [InlineData(TensorType.BF16, 0x7F7F, true)]
    [InlineData(TensorType.F16, 0x7C00, false)]
    [InlineData(TensorType.F16, 0xFE00, false)]
    [InlineData(TensorType.F16, 0x7BFF, true)]
    public void Half_types_are_judged_by_their_own_exponent(TensorType type, int bits, bool finite)
    {
        foreach (var count in (int[])[1, 15, 16, 64, 67])
        {
            var data = new byte[count * 2];
            BitConverter.TryWriteBytes(data.AsSpan((count - 1) * 2), (ushort)bits);
            Assert.Equal(finite, FiniteCheck.IsFinite(type, data));
        }
    }

    [Fact]
    public void What_the_configuration_does_not_claim_may_not_be_in_the_weights()
    {
        Assert.Contains("target_modules", Refused(new AdapterBuilder().Complete().Pair(AdapterModule.Key, 0, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("layer", Refused(new AdapterBuilder().Complete().Pair(AdapterModule.Query, 7, 2)).Message, StringComparison.Ordinal);
        Assert.Equal("base_model.model.lm_head.lora_A.weight", Refused(new AdapterBuilder().Complete().Tensor("base_model.model.lm_head.lora_A.weight", [2, 8])).Field);
    }

    [Theory]
    [InlineData("lm_head")]
    [InlineData("embed_tokens")]
    [InlineData("(.*q_proj")]
    [InlineData(@".*(?<!x)q_proj")]
    [InlineData("nothing_at_all")]
    public void Targets_that_cannot_be_are_refused(string target)
    {
        object targets = target.Contains('(', StringComparison.Ordinal) ? target : new[] { target };
        Assert.Equal("target_modules", Refused(new AdapterBuilder().With("target_modules", targets).Complete()).Field);
    }

    [Fact]
    public void A_layer_beyond_the_backbone_is_refused() =>
        Assert.Equal("layers_to_transform", Refused(new AdapterBuilder().With("layers_to_transform", new[] { 0, 2 }).Complete()).Field);

    [Fact]
    public void An_integer_weight_is_refused_by_its_type()
    {
        var name = AdapterTensorName.For(0, AdapterModule.Query, isA: true);
        var file = SafetensorsBuilder.Raw($$$"""{"{{{name}}}":{"dtype":"I32","shape":[2,8],"data_offsets":[0,64]}}""", 64);
        var config = AdapterConfig.Parse(new AdapterBuilder().With("target_modules", new[] { "q_proj" }).Config()).ValueOrThrow();

        var verdict = AdapterValidator.Validate(config, SafetensorsBytes.Open(file).ValueOrThrow(), AdapterBuilder.Backbone);
        Assert.Contains("I32", Assert.IsType<AdapterValidation.Refused>(verdict).Why.Message, StringComparison.Ordinal);
    }

    private static AdapterWeights Valid(AdapterBuilder adapter)
    {
        var verdict = adapter.Validate();
        Assert.True(verdict is AdapterValidation.Valid, (verdict as AdapterValidation.Refused)?.Why.ToString());
        return ((AdapterValidation.Valid)verdict).Weights;
    }

    private static Checkpoints.Outcomes.Refusal Refused(AdapterBuilder adapter) => Assert.IsType<AdapterValidation.Refused>(adapter.Validate()).Why;
}
