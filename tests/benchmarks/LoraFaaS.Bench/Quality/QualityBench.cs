using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Quality;

/// <summary>
/// The demo in int8 beside the demo as it is stored. Both read the same texts: every prompt of the evaluation sets followed by the answer it
/// expects, with the adapter it belongs to. Judged are the places of the answers, which is what callers get; the prompts' own tokens, much
/// less certain, stand beside them. Then both answer by themselves.
/// </summary>
internal sealed class QualityBench(ReportWriter report, int threads)
{
    public void Run()
    {
        using var exact = new LoadedEngine(DemoEvaluations.Backbone, threads);
        using var grouped = new LoadedEngine(DemoEvaluations.Backbone, threads, PackPrecision.I8);
        ReportWriter.Say($"{grouped.Engine.Backbone.Weights} against {exact.Engine.Backbone.Weights}, kernels {exact.Kernels}");
        var (answers, prompts) = (new Agreement(), new Agreement());

        foreach (var name in DemoEvaluations.Adapters)
        {
            var (first, second) = (exact.Load(DemoEvaluations.Adapter(name)), grouped.Load(DemoEvaluations.Adapter(name)));
            var cases = DemoEvaluations.Of(name, exact.Checkpoint);
            var (ofAnswers, ofPrompts) = (new Agreement(), new Agreement());
            foreach (var one in cases)
            {
                Compare(exact, first, grouped, second, one, ofAnswers, ofPrompts);
            }

            report.Add(BenchRow.Rate($"{name}: same top token, {ofAnswers.Places} places of answers", ofAnswers.SameTop, "of places", 1, "bf16", 0.99));
            answers.Add(ofAnswers);
            prompts.Add(ofPrompts);
            var (right, exactRight) = (cases.Count(one => IsRight(grouped, second, one)), cases.Count(one => IsRight(exact, first, one)));
            report.Add(BenchRow.Rate("    answered right by itself", right, $"of {cases.Count}", exactRight, "bf16"));
        }

        Add("answers", answers, judged: true);
        Add("prompts", prompts, judged: false);
    }

    private void Add(string name, Agreement agreement, bool judged)
    {
        report.Add(BenchRow.Rate($"{name}: same top token, {agreement.Places} places", agreement.SameTop, "of places", 1, "bf16", judged ? 0.99 : null));
        report.Add(BenchRow.Limit($"{name}: largest lead given up where it differs", agreement.LargestLeadLost, "logits"));
        report.Add(BenchRow.Cost($"{name}: perplexity", agreement.Perplexity, "", agreement.ReferencePerplexity, "bf16", judged ? 1.01 : null));
    }

    private static void Compare(
        LoadedEngine exact, AdapterHandle first, LoadedEngine grouped, AdapterHandle second, EvaluationCase one, Agreement answers, Agreement prompts)
    {
        var tokens = one.Tokens;
        var limit = exact.Engine.Runner.MaxSequences;
        using var a = Grown(exact, tokens.Length);
        using var b = Grown(grouped, tokens.Length);

        // Each token a slice of its own, so that a step gives the logits behind every one of them.
        for (var start = 0; start < tokens.Length - 1; start += limit)
        {
            var count = Math.Min(limit, tokens.Length - 1 - start);
            exact.Engine.Runner.Step([.. Enumerable.Range(start, count).Select(i => new StepSlice(a, first, tokens.AsMemory(i, 1), i, true))], exact.Logits);
            grouped.Engine.Runner.Step([.. Enumerable.Range(start, count).Select(i => new StepSlice(b, second, tokens.AsMemory(i, 1), i, true))], grouped.Logits);
            for (var i = 0; i < count; i++)
            {
                var isAnswer = start + i + 1 >= one.Prompt.Length;
                (isAnswer ? answers : prompts).Add(exact.Logits.Row(i), grouped.Logits.Row(i), tokens[start + i + 1]);
            }
        }
    }

    /// <summary>Greedy, token by token, until it differs from the expected answer or has given all of it.</summary>
    private static bool IsRight(LoadedEngine engine, AdapterHandle adapter, EvaluationCase one)
    {
        using var sequence = Grown(engine, one.Tokens.Length);
        engine.Engine.Runner.Step([new StepSlice(sequence, adapter, one.Prompt, 0, true)], engine.Logits);
        for (var i = 0; i < one.Answer.Length; i++)
        {
            if (System.Numerics.Tensors.TensorPrimitives.IndexOfMax((ReadOnlySpan<float>)engine.Logits.Row(0)) != one.Answer[i])
            {
                return false;
            }

            engine.Engine.Runner.Step([new StepSlice(sequence, adapter, one.Answer.AsMemory(i, 1), one.Prompt.Length + i, true)], engine.Logits);
        }

        return true;
    }

    private static Engine.KvCache.KvSequence Grown(LoadedEngine engine, int tokens)
    {
        var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        return sequence.TryGrow(tokens) ? sequence : throw new InvalidOperationException("Out of pages.");
    }
}
