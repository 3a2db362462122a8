using System.Text.Json;
using LoraFaaS.Engine.Grammars;

namespace LoraFaaS.Engine.Tests.Grammars;

/// <summary>What is sampled under a grammar is always of it, whatever the logits want.</summary>
public sealed class GrammarPropertyTests
{
    [Fact]
    public void Random_logits_write_values_of_random_schemas()
    {
        var random = new Random(2026);
        var (schemas, writer) = (new RandomSchemas(random), new RandomWriter(random));

        for (var i = 0; i < 150; i++)
        {
            var schema = schemas.Next();
            var grammar = TestVocabulary.Compile(schema);

            for (var run = 0; run < 4; run++)
            {
                var text = writer.Write(grammar).Text;
                Assert.True(NaiveValidator.IsValid(text, schema), $"{text}\nis not of\n{schema}");
            }
        }
    }

    [Fact]
    public void Random_logits_write_json_objects()
    {
        var writer = new RandomWriter(new Random(7));
        var grammar = TestVocabulary.Compile(GrammarCompiler.AnyObject);

        for (var run = 0; run < 60; run++)
        {
            using var parsed = JsonDocument.Parse(writer.Write(grammar).Text);
            Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
        }
    }

    [Fact]
    public void A_mask_allows_exactly_the_tokens_whose_bytes_the_grammar_takes()
    {
        var random = new Random(5);
        var (schemas, writer) = (new RandomSchemas(random), new RandomWriter(random));
        string[] formats = [GrammarCompiler.AnyObject, "{}", .. Enumerable.Range(0, 12).Select(_ => schemas.Next())];

        foreach (var format in formats)
        {
            var grammar = TestVocabulary.Compile(format);
            var mask = new GrammarMask(grammar, TestVocabulary.Ends);
            var state = grammar.Start;

            foreach (var token in writer.Write(grammar).Tokens.Take(120))
            {
                var logits = new float[TestVocabulary.Trie.VocabularySize];
                mask.Apply(logits);

                for (var other = 1; other < logits.Length; other++)
                {
                    Assert.Equal(!state.Next(TestVocabulary.Trie.BytesOf(other)).IsDead, logits[other] == 0);
                }

                Assert.Equal(state.IsComplete, logits[TestVocabulary.End] == 0);
                mask.Advance(token);
                state = state.Next(TestVocabulary.Trie.BytesOf(token));
            }
        }
    }

    [Fact]
    public void A_grammar_that_has_grown_full_goes_on_in_a_new_space()
    {
        var random = new Random(3);
        var grammar = TestVocabulary.Compile("""{"type":"array","items":{"type":"string","maxLength":3000}}""");
        var first = grammar.Start.Space;
        var mask = new GrammarMask(grammar, TestVocabulary.Ends);
        var logits = new float[TestVocabulary.Trie.VocabularySize];

        foreach (var value in "[\"")
        {
            mask.Advance(1 + value);
        }

        first.Account((int)GrammarLimits.SpaceBytes);

        for (var i = 0; i < 50; i++)
        {
            Array.Clear(logits);
            mask.Apply(logits);
            Assert.Equal(0, logits[1 + 'a']);
            mask.Advance(1 + (random.Next(2) == 0 ? 'a' : 'b'));
            Assert.False(mask.IsBroken);
        }

        Assert.NotSame(first, grammar.Start.Space);
    }
}
