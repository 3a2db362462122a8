using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Models;

namespace LoraFaaS.Bench.Inference;

/// <summary>
/// What it gives to rotate and store q, k and v where they are computed: the same shape with a backend that makes passes of it, turn by turn. And what
/// the passes that are left take: more than that no further fusing can give.
/// </summary>
internal sealed class FusionBench(NamedShape shape, SyntheticModels models, Action<BenchRow> add, EngineBenchOptions options, int threads)
{
    private const int Batch = 8;
    private const int PrefillTokens = 512;

    public void Run(LoadedEngine fused)
    {
        using var apart = new LoadedEngine(models.Backbone, threads, isProfiled: true);
        ReportWriter.Say($"{shape.Name}: fused beside pass by pass");
        Compare("prefill, 512 tokens", Prefill(fused), Prefill(apart), apart);
        Decode(fused, apart, Batch);
        Decode(fused, apart, 1);
    }

    private void Decode(LoadedEngine fused, LoadedEngine apart, int batch)
    {
        using var first = new DecodeBatch(fused, new AdapterHandle?[batch]);
        using var second = new DecodeBatch(apart, new AdapterHandle?[batch]);
        Compare($"decode, batch {batch}", first.Step, second.Step, apart);
    }

    private void Compare(string name, Action fused, Action apart, LoadedEngine profiled)
    {
        profiled.Times.Take();
        var taken = Interleaved.Medians(options.Rounds, () => Best(fused), () => Best(apart));
        var shares = profiled.Times.Take();
        var total = shares.Values.Sum();
        add(BenchRow.Rate($"{name}: rotated and stored where computed", 1 / taken[0], "steps/s", 1 / taken[1], "in a pass of its own"));

        foreach (var operation in shares.Keys.Where(key => key is "norms" or "gated unit" or "rotate and store").Order(StringComparer.Ordinal))
        {
            add(BenchRow.Rate($"    of that step, {operation} by itself", 100 * shares[operation] / total, "%", 100, "the step"));
        }
    }

    private static Action Prefill(LoadedEngine engine)
    {
        var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        var prompt = Enumerable.Range(0, PrefillTokens).ToArray();
        return sequence.TryGrow(PrefillTokens)
            ? () => engine.Engine.Runner.Step([new StepSlice(sequence, null, prompt, 0, true)], engine.Logits)
            : throw new InvalidOperationException("Out of pages.");
    }

    /// <summary>Seconds of the fastest of several: a pause of the machine is nobody's.</summary>
    private static double Best(Action step)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            step();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return best;
    }
}
