using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Checkpoints.Tests.Tokenization;

/// <summary>Each family against the reference implementation (tests/data/tokenizers/README.md).</summary>
public sealed class TokenizerFamilyGoldenTests
{
    public static TheoryData<string> Families => [.. Tokenizers.Families];

    [Theory]
    [MemberData(nameof(Families))]
    public void Encodes_as_the_reference(string family)
    {
        var tokenizer = Tokenizers.OfFamily(family);
        var differing = new List<string>();

        foreach (var one in Cases(family, "encode"))
        {
            var text = one["text"]!.GetValue<string>();
            var ids = Ids(one["ids"]!);
            Compare(differing, text, ids, tokenizer.Encode(text, parsesSpecial: true, addsSpecial: false));
            Compare(differing, text, one["framed"] is { } framed ? Ids(framed) : ids, tokenizer.Encode(text, parsesSpecial: true, addsSpecial: true));
        }

        Assert.True(differing.Count == 0, string.Join("\n", differing));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Decodes_as_the_reference(string family)
    {
        var tokenizer = Tokenizers.OfFamily(family);
        var differing = new List<string>();

        foreach (var one in Cases(family, "encode").Concat(Cases(family, "decode")))
        {
            var ids = Ids(one["ids"]!);
            foreach (var (field, skips) in (ReadOnlySpan<(string, bool)>)[("decoded", false), ("decoded_skip_special", true)])
            {
                var actual = tokenizer.Decode(ids, skips);
                if (one[field]?.GetValue<string>() is { } expected && expected != actual)
                {
                    differing.Add($"[{string.Join(',', ids)}] {Visible(expected)} but {Visible(actual)}");
                }
            }
        }

        Assert.True(differing.Count == 0, string.Join("\n", differing));
    }

    private static void Compare(List<string> differing, string text, int[] expected, int[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            differing.Add($"{Visible(text)}: [{string.Join(',', expected)}] but [{string.Join(',', actual)}]");
        }
    }

    private static string Visible(string text) => string.Concat(text.Select(c => c is > ' ' and < (char)127 ? c.ToString() : $"\\u{(int)c:X4}"));

    private static IEnumerable<JsonNode> Cases(string family, string kind) =>
        JsonNode.Parse(File.ReadAllText(Tokenizers.FileOf(family, "cases.json"), Encoding.UTF8))![kind]!.AsArray().Select(c => c!);

    private static int[] Ids(JsonNode node) => [.. node.AsArray().Select(i => i!.GetValue<int>())];
}
