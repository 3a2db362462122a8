using System.Collections.Frozen;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>A vocabulary that no tokenizer would make on purpose: every byte, JSON's fragments, and cuts through characters and structure alike.</summary>
internal static class TestVocabulary
{
    private const string Material =
        "{\"name\": \"Zoë 😀\", \"items\":[1, 2.5e3,-7],\n  \"a\":null,\"b\":true}, {\"queue\":\"shipping\"}]}]]\"}\\u00e9\\n false \"\": \"x\",\"yy\" 日本語 0.001 abc";

    /// <summary>The only end token.</summary>
    public const int End = 0;

    public static FrozenSet<int> Ends { get; } = FrozenSet.Create(End);

    public static TokenTrie Trie { get; } = Create(new Random(11), 900);

    public static TokenTrie Create(Random random, int fragments)
    {
        var tokens = new List<byte[]> { Array.Empty<byte>() };
        tokens.AddRange(Enumerable.Range(0, 256).Select(value => new[] { (byte)value }));
        var material = Encoding.UTF8.GetBytes(Material);

        for (var i = 0; i < fragments; i++)
        {
            var start = random.Next(material.Length - 1);
            tokens.Add(material[start..Math.Min(material.Length, start + random.Next(2, 9))]);
        }

        return TokenTrie.Build(tokens.Count, token => tokens[token]);
    }

    public static CompiledGrammar Compile(string format) => GrammarCompiler.Compile(format, Trie).ValueOrThrow();

    public static string? WhyRefused(string format) => GrammarCompiler.Compile(format, Trie) switch
    {
        Reading<CompiledGrammar>.Refused refused => refused.Why.ToString(),
        _ => null,
    };

    /// <summary>Whether the grammar takes the text, to its end and no further.</summary>
    public static bool Accepts(CompiledGrammar grammar, string text) => grammar.Start.Next(Encoding.UTF8.GetBytes(text)).IsComplete;
}
