using System.Collections.Frozen;
using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Grammars.Vocabulary;

namespace LoraFaaS.Bench.Inference;

/// <summary>What a token mask of a JSON schema costs beside the decode step that it belongs to, on the shape's own vocabulary.</summary>
internal sealed class MaskBench(Action<BenchRow> add, EngineBenchOptions options)
{
    private const string Schema =
        """
        {"type":"object","properties":{"queue":{"enum":["billing","shipping","account","sales"]},"priority":{"enum":["low","normal","urgent"]},
         "summary":{"type":"string","maxLength":200},"tags":{"type":"array","items":{"type":"string"}},"score":{"type":"number","minimum":0,"maximum":1}},
         "required":["queue","priority","summary","tags","score"],"additionalProperties":false}
        """;

    private const string Text =
        """{"queue": "shipping", "priority": "urgent", "summary": "The parcel of order 11662 has not moved since Saturday, and its receiver leaves soon.", "tags": ["late", "parcel 7"], "score": 0.75}""";

    public void Run(LoadedEngine engine)
    {
        var text = engine.Checkpoint;
        var tokenizer = Tokenizer.Load(text.ReadText(CheckpointFiles.Tokenizer).ValueOrThrow()!.Value, text.ReadText(CheckpointFiles.TokenizerConfig).ValueOrThrow()).ValueOrThrow();
        var size = text.Config.VocabSize;
        var trie = TokenTrie.Build(size, token => tokenizer.IsSpecial(token) ? default : tokenizer.BytesOf(token).ToArray());
        var tokens = tokenizer.Encode(Text, parsesSpecial: false, addsSpecial: false);
        var logits = new float[size];
        using var alone = new DecodeBatch(engine, [null]);
        foreach (var format in (string[])[GrammarCompiler.AnyObject, Schema])
        {
            var name = format == Schema ? "a schema" : "any JSON object";
            var known = GrammarCompiler.Compile(format, trie).ValueOrThrow();
            var taken = Interleaved.Medians(
                options.Rounds,
                () => SecondsPerToken(known),
                () => SecondsPerToken(GrammarCompiler.Compile(format, trie).ValueOrThrow()),
                () => 1 / alone.TokensPerSecond(options.Steps));
            add(BenchRow.Limit($"masks of {name}, {size} tokens, share of a decode step of batch 1 ({taken[2] * 1e3:0.00} ms)", 100 * taken[0] / taken[2], "%", 5));
            add(BenchRow.Limit("    each state met for the first time", 100 * taken[1] / taken[2], "%", 5));
        }

        double SecondsPerToken(CompiledGrammar grammar)
        {
            var mask = new GrammarMask(grammar, FrozenSet.Create(0));
            var begun = Stopwatch.GetTimestamp();
            foreach (var token in tokens)
            {
                mask.Apply(logits);
                mask.Advance(token);
            }

            return mask.IsBroken ? throw new InvalidOperationException("The text does not keep its schema.") : Stopwatch.GetElapsedTime(begun).TotalSeconds / tokens.Length;
        }
    }
}
