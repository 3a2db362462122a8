using System.Text.Json;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Conformance;

/// <summary>
/// Small random backbones for what the demo does not have: Llama-3 rotary scaling, Qwen2 biases with tied embeddings in float32,
/// float16 in shards with a head size of 24 and an adapter on one layer.
/// </summary>
public sealed class TinyGoldenTests
{
    private const float Tolerance = 1e-3f;

    public static TheoryData<string, KernelChoice> Cases
    {
        get
        {
            var cases = new TheoryData<string, KernelChoice>();
            foreach (var name in GoldenFiles.TinyBackbones)
            {
                cases.Add(name, KernelChoice.Exact);
                cases.Add(name, KernelChoice.Scalar);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_and_continuations_match_the_reference(string name, KernelChoice kernels)
    {
        var folder = GoldenFiles.Golden("tiny", name);
        using var engine = new EngineUnderTest(folder, EngineUnderTest.Exact with { Kernels = kernels });
        var adapter = engine.Load(Path.Combine(folder, "adapter"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));

        foreach (var golden in json.RootElement.GetProperty("cases").EnumerateArray())
        {
            var bent = golden.GetProperty("model").GetString() == "base" ? null : adapter;
            var prompt = GoldenFiles.Ints(golden.GetProperty("ids"));
            var expected = Npy.Read(Path.Combine(folder, golden.GetProperty("logits_file").GetString()!));
            Assert.InRange(EngineUnderTest.MaxError(engine.LastLogits(prompt, bent), expected), 0, Tolerance);

            if (golden.GetProperty("min_margin").GetSingle() > Tolerance)
            {
                var greedy = GoldenFiles.Ints(golden.GetProperty("greedy"));
                Assert.Equal(greedy, engine.Continue(prompt, bent, greedy.Length, stop: null));
            }
        }
    }
}
