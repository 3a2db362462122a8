using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Conformance;

/// <summary>What no golden covers (Qwen3's head norms, biases untied, linear rotary stretching, ranks of 3, 5 and 17 together) against a plain decoder.</summary>
public sealed class PlainDecoderTests
{
    private const string Linear = """{ "rope_type": "linear", "factor": 4.0 }""";

    [Theory]
    [InlineData("qwen3", "null", 1, false, 20)]
    [InlineData("qwen3", Linear, 4, true, 20)]
    [InlineData("qwen2", Linear, 4, false, 20)]
    [InlineData("qwen2", "null", 1, true, 20)]
    [InlineData("qwen3", "null", 1, true, 32)]
    [InlineData("qwen3", Linear, 4, false, 80)]
    [InlineData("qwen2", "null", 1, true, 48)]
    public void Logits_match_a_plain_decoder(string family, string scaling, double factor, bool bent, int headDim)
    {
        using var checkpoint = new RandomCheckpoint(family, scaling, headDim);
        using var engine = new EngineUnderTest(checkpoint.Folder, EngineUnderTest.Exact with { PageBytes = 4 << 10 });
        var tokens = Enumerable.Range(0, 37).Select(i => i * 31 % RandomCheckpoint.Vocabulary).ToArray();

        var actual = engine.LastLogits(tokens, bent ? engine.Load(checkpoint.AdapterFolder) : null, chunk: 10);

        var expected = new PlainDecoder(checkpoint, bent, factor).LastLogits(tokens).Select(v => (float)v).ToArray();
        Assert.InRange(expected.Max() - expected.Min(), 0.1f, 100f);
        Assert.InRange(EngineUnderTest.MaxError(actual, expected), 0, 1e-4f);
    }
}
