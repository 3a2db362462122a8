using System.Diagnostics;
using LoraFaaS.Bench.Ceilings;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Inference;

/// <summary>The same shape in int8 beside the same in bf16, turn by turn.</summary>
internal sealed class Int8Bench(NamedShape shape, SyntheticModels models, Action<BenchRow> add, ReadBandwidth bandwidth, EngineBenchOptions options, int threads)
{
    private const int Batch = 8;
    private const int Rank = 16;
    private const int PrefillTokens = 512;

    /// <summary>Between 4 and 128; together 320, as eight of rank 40.</summary>
    private static readonly int[] MixedRanks = [4, 4, 8, 16, 32, 64, 64, 128];

    public void Run(LoadedEngine exact)
    {
        using var grouped = new LoadedEngine(models.Backbone, threads, PackPrecision.I8);
        ReportWriter.Say($"{shape.Name}: {grouped.Engine.Backbone.Weights}, {grouped.BytesPerStep >> 20} MiB a step");
        Decode(exact, grouped);
        Prefill(exact, grouped);
        Adapters(grouped);
    }

    private void Decode(LoadedEngine exact, LoadedEngine grouped)
    {
        using var exactOne = new DecodeBatch(exact, [null]);
        using var exactEight = new DecodeBatch(exact, new AdapterHandle?[Batch]);
        using var one = new DecodeBatch(grouped, [null]);
        using var eight = new DecodeBatch(grouped, new AdapterHandle?[Batch]);
        var taken = Interleaved.Medians(
            options.Rounds,
            () => exactOne.TokensPerSecond(options.Steps), () => one.TokensPerSecond(options.Steps),
            () => exactEight.TokensPerSecond(options.Steps), () => eight.TokensPerSecond(options.Steps),
            () => bandwidth.Measure(threads), () => ByteMultiplyAddRate.Measure(threads));
        var bytes = grouped.BytesPerStep;
        var operations = 2.0 * Batch * (shape.LayerWeights + shape.HeadWeights);
        add(BenchRow.Rate("decode, batch 1, int8", taken[1], "tok/s", taken[4] / bytes, "bandwidth ÷ bytes a step"));
        add(BenchRow.Rate("    ÷ bf16", taken[1], "tok/s", taken[0], "bf16", 1.7));
        add(BenchRow.Rate("decode, batch 8, int8", taken[3], "tok/s", Batch / Math.Max(bytes / taken[4], operations / taken[5]), "bandwidth or byte product roofline"));
        add(BenchRow.Rate("    ÷ bf16", taken[3], "tok/s", taken[2], "bf16", 1));
    }

    private void Prefill(LoadedEngine exact, LoadedEngine grouped)
    {
        using var first = Sequence(exact);
        using var second = Sequence(grouped);
        var taken = Interleaved.Medians(options.Rounds, () => Once(exact, first), () => Once(grouped, second), () => ByteMultiplyAddRate.Measure(threads));
        var operations = 2.0 * PrefillTokens * shape.LayerWeights + 2.0 * shape.HeadWeights;
        add(BenchRow.Rate("prefill, 512 tokens, int8", PrefillTokens / taken[1], "tok/s", PrefillTokens / (operations / taken[2]), "byte product rate, projections alone"));
        add(BenchRow.Rate("    ÷ bf16", PrefillTokens / taken[1], "tok/s", PrefillTokens / taken[0], "bf16", 1));
    }

    /// <summary>The adapters' own products are as on bf16: their weights and inputs are not quantised.</summary>
    private void Adapters(LoadedEngine grouped)
    {
        var distinct = Enumerable.Range(0, Batch).Select(i => grouped.Load(models.Adapter(i, Rank))).ToArray();
        var mixed = MixedRanks.Select((rank, i) => grouped.Load(models.Adapter(10 + i, rank))).ToArray();
        using (var plain = new DecodeBatch(grouped, new AdapterHandle?[Batch]))
        using (var bent = new DecodeBatch(grouped, distinct))
        using (var uneven = new DecodeBatch(grouped, mixed))
        {
            var taken = Interleaved.Medians(
                options.Rounds,
                () => plain.TokensPerSecond(options.Steps), () => bent.TokensPerSecond(options.Steps), () => uneven.TokensPerSecond(options.Steps));
            add(BenchRow.Rate("int8, batch 8, 8 adapters of rank 16 ÷ without", taken[1], "tok/s", taken[0], "the same batch without"));
            add(BenchRow.Rate("int8, batch 8, ranks 4–128 mixed ÷ without", taken[2], "tok/s", taken[0], "the same batch without"));
        }

        foreach (var handle in distinct.Concat(mixed))
        {
            grouped.Engine.Adapters.TryUnload(handle);
        }
    }

    private static KvSequence Sequence(LoadedEngine engine)
    {
        var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        return sequence.TryGrow(PrefillTokens) ? sequence : throw new InvalidOperationException("Out of pages.");
    }

    private static double Once(LoadedEngine engine, KvSequence sequence)
    {
        var begun = Stopwatch.GetTimestamp();
        engine.Engine.Runner.Step([new StepSlice(sequence, null, Enumerable.Range(0, PrefillTokens).ToArray(), 0, true)], engine.Logits);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
