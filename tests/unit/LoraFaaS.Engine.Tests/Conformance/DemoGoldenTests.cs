using System.Text.Json;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Conformance;

/// <summary>The demo backbone, alone and under each adapter, against a plain PyTorch implementation in float32.</summary>
public sealed class DemoGoldenTests
{
    private const float ExactTolerance = 1e-3f;

    /// <summary>Keys and values rounded to bf16: measured 0.07 at most over all 77 cases, logits spanning about ±15.</summary>
    private const float BFloat16Tolerance = 0.15f;

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
    public void Greedy_continuations_match_wherever_the_margin_exceeds_the_error(string model)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, EngineUnderTest.Exact with { KvDtype = KvDtype.BF16 });
        var adapter = model == "base" ? null : engine.Load(GoldenFiles.DemoAdapter(model));
        var prompts = GoldenFiles.Prompts();
        using var json = JsonDocument.Parse(File.ReadAllBytes(GoldenFiles.Golden("greedy.json")));
        var stop = json.RootElement.GetProperty("stop_token").GetInt32();
        var count = json.RootElement.GetProperty("max_new_tokens").GetInt32();
        var compared = 0;

        foreach (var result in json.RootElement.GetProperty("results").GetProperty(model).EnumerateArray())
        {
            if (result.GetProperty("min_margin").GetSingle() > BFloat16Tolerance)
            {
                var name = result.GetProperty("prompt").GetString()!;
                Assert.Equal(GoldenFiles.Ints(result.GetProperty("ids")), engine.Continue(prompts[name], adapter, count, stop));
                compared++;
            }
        }

        Assert.NotEqual(0, compared);
    }

    private static float WorstLogitError(string model, EngineOptions options)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, options);
        var adapter = model == "base" ? null : engine.Load(GoldenFiles.DemoAdapter(model));

        return GoldenFiles.Prompts().Max(prompt => EngineUnderTest.MaxError(
            engine.LastLogits(prompt.Value, adapter), Npy.Read(GoldenFiles.Golden("logits", model, prompt.Key + ".npy"))));
    }
}
