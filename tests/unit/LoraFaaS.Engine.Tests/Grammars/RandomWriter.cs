using System.Text;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Sampling;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>A backbone that knows nothing: random logits, through the real sampler. It likes closing things more the longer it writes.</summary>
internal sealed class RandomWriter(Random random)
{
    private const int MaxTokens = 6_000;

    private readonly Sampler _sampler = new(TestVocabulary.Trie.VocabularySize);

    public (string Text, IReadOnlyList<int> Tokens) Write(CompiledGrammar grammar)
    {
        var mask = new GrammarMask(grammar, TestVocabulary.Ends);
        var sampling = new SequenceSampling(new SamplingParameters { Temperature = 1, Seed = (ulong)random.NextInt64() }, [1], 100, mask);
        var logits = new float[TestVocabulary.Trie.VocabularySize];
        var (bytes, tokens) = (new List<byte>(), new List<int>());

        while (tokens.Count < MaxTokens)
        {
            Fill(logits, Math.Min(3f, tokens.Count / 40f));
            Assert.Equal(SamplingStatus.Sampled, _sampler.Sample(logits, sequence: sampling, [], out var chosen));
            sampling.Accept(chosen.Token);
            Assert.False(mask.IsBroken);

            if (chosen.Token == TestVocabulary.End)
            {
                return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]), tokens);
            }

            tokens.Add(chosen.Token);
            bytes.AddRange(TestVocabulary.Trie.BytesOf(chosen.Token));
        }

        throw new InvalidOperationException($"No end after {MaxTokens} tokens: {Encoding.UTF8.GetString([.. bytes.Take(500)])}");
    }

    private void Fill(float[] logits, float closing)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            logits[token] = (4f * random.NextSingle()) + (token == TestVocabulary.End || TestVocabulary.Trie.BytesOf(token) is [(byte)'"' or (byte)']' or (byte)'}'] ? 3 + closing : 0);
        }
    }
}
