using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Tokenization.Normalization;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Tokenization;

public sealed class NfcNormalizerTests
{
    private static readonly NfcNormalizer Nfc = new();

    [Fact]
    public void Composes_as_the_reference()
    {
        foreach (var one in JsonNode.Parse(File.ReadAllText(RepositoryRoot.Of("tests", "data", "tokenizers", "nfc.json")))!["cases"]!.AsArray())
        {
            var composed = Nfc.Normalize(new MarkedRun(one![0]!.GetValue<string>(), null)).Text;
            Assert.Equal(one[1]!.GetValue<string>(), composed);
            Assert.Equal(composed, Nfc.Normalize(new MarkedRun(composed, null)).Text);
        }
    }

    [Fact]
    public void A_character_composed_from_a_callers_mark_is_the_callers()
    {
        var run = Nfc.Normalize(new MarkedRun("ae\u0301b", [false, false, true, false]));

        Assert.Equal("aéb", run.Text);
        Assert.Equal([false, true, false], run.Plain!);
    }

    [Fact]
    public void A_long_run_of_marks_is_sorted_and_not_searched() =>
        Assert.Equal(200_001, Nfc.Normalize(new MarkedRun("x" + string.Concat(Enumerable.Repeat("\u0327\u0331", 100_000)), null)).Text.Length);
}
