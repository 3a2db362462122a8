using System.Text.Json;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Conformance;

/// <summary>The demo backbone, alone and under each adapter, against a plain PyTorch implementation in float32.</summary>
public sealed class DemoGoldenTests
{
    private const float ExactTolerance = 1e-3f;

    /// <summary>Keys and values rounded to bf16: measured 0.082 at most (0.013 root mean square) over all 77 cases, logits within ±19.</summary>
    private const float BFloat16Tolerance = 0.15f;

    /// <summary>Inputs of every product rounded to bf16, keys and values too; relative to the largest logit.</summary>
    private const float PairsTolerance = 2e-2f;

    private static readonly EngineOptions Pairs = EngineUnderTest.Exact with { KvDtype = KvDtype.BF16, Kernels = KernelSets.BFloat16[^1] };

    public static TheoryData<string> Models => [.. GoldenFiles.Adapters, "base"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_match_the_reference_with_float32_keys_and_values(string model) =>
        Assert.InRange(WorstLogitError(model, EngineUnderTest.Exact), 0, ExactTolerance);

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_stay_within_the_stated_error_with_bf16_keys_and_values(string model) =>
        Assert.InRange(WorstLogitError(model, EngineUnderTest.Exact with { KvDtype = KvDtype.BF16 }), 0, BFloat16Tolerance);

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_stay_within_the_stated_relative_error_where_bf16_is_multiplied(string model) =>
        Assert.InRange(WorstLogitError(model, Pairs, isRelative: true), 0, PairsTolerance);

    [Theory]
    [InlineData("base")]
    [InlineData("sql")]
    public unsafe void Hidden_states_match_the_reference_after_every_layer(string model)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact);
        var prompt = GoldenFiles.Prompts()["task-sql"];
        var expected = Npy.Read(GoldenFiles.Golden($"hidden_{model}_task-sql.npy"));
        var size = engine.Engine.Backbone.Shape.Hidden;
        var errors = new List<float>();
        engine.Engine.Runner.Probe = (index, state) =>
        {
            var last = new Span<float>((float*)state.Address + (long)(prompt.Length - 1) * state.Stride, size);
            errors.Add(EngineUnderTest.MaxError(last, expected.AsSpan(index * size, size)));
        };

        engine.LastLogits(prompt, model == "base" ? null : engine.Load(GoldenFiles.DemoAdapter(model)));

        Assert.Equal(expected.Length / size, errors.Count);
        Assert.All(errors, error => Assert.InRange(error, 0, ExactTolerance));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_continuations_match_wherever_the_margin_exceeds_the_error(string model) =>
        AssertGreedy(model, EngineUnderTest.Exact, ExactTolerance);

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_continuations_match_with_bf16_keys_and_values_wherever_the_margin_exceeds_the_error(string model) =>
        AssertGreedy(model, EngineUnderTest.Exact with { KvDtype = KvDtype.BF16 }, BFloat16Tolerance);

    [Theory]
    [MemberData(nameof(Models))]
    public void Greedy_continuations_match_where_bf16_is_multiplied_wherever_the_margin_exceeds_the_error(string model) =>
        AssertGreedy(model, Pairs, WorstLogitError(model, Pairs, isRelative: false));

    private static void AssertGreedy(string model, EngineOptions options, float error)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, options);
        var adapter = model == "base" ? null : engine.Load(GoldenFiles.DemoAdapter(model));
        var prompts = GoldenFiles.Prompts();
        using var json = JsonDocument.Parse(File.ReadAllBytes(GoldenFiles.Golden("greedy.json")));
        var stop = json.RootElement.GetProperty("stop_token").GetInt32();
        var count = json.RootElement.GetProperty("max_new_tokens").GetInt32();
        var compared = 0;

        foreach (var result in json.RootElement.GetProperty("results").GetProperty(model).EnumerateArray())
        {
            if (result.GetProperty("min_margin").GetSingle() > error)
            {
                var name = result.GetProperty("prompt").GetString()!;
                Assert.Equal(GoldenFiles.Ints(result.GetProperty("ids")), engine.Continue(prompts[name], adapter, count, stop));
                compared++;
            }
        }

        Assert.NotEqual(0, compared);
    }

    /// <param name="isRelative">To the prompt's largest logit.</param>
    private static float WorstLogitError(string model, EngineOptions options, bool isRelative = false)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, options);
        var adapter = model == "base" ? null : engine.Load(GoldenFiles.DemoAdapter(model));

        return GoldenFiles.Prompts().Max(prompt =>
        {
            var expected = Npy.Read(GoldenFiles.Golden("logits", model, prompt.Key + ".npy"));
            var error = EngineUnderTest.MaxError(engine.LastLogits(prompt.Value, adapter), expected);
            return isRelative ? error / expected.Max(MathF.Abs) : error;
        });
    }
}
