using System.Diagnostics;
using LoraFaaS.Bench.Ceilings;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Inference;

/// <summary>A prompt prefix that is put back from the host's memory, against the same computed again: what its host tier is worth. Read bandwidth, measured turn by turn, bounds the copy.</summary>
internal sealed class PrefixBench(Action<BenchRow> add, ReadBandwidth bandwidth, EngineBenchOptions options)
{
    private static readonly int[] Lengths = [128, 512];

    public void Run(LoadedEngine engine)
    {
        foreach (var tokens in Lengths)
        {
            Run(engine, tokens);
        }
    }

    private void Run(LoadedEngine loaded, int tokens)
    {
        var (engine, layout, blocks) = (loaded.Engine, loaded.Engine.Kv.Layout, tokens / KvLayout.BlockTokens);
        var last = BlockKey.Salt([1]);
        var bytes = KvImage.Measure(layout, blocks);
        var prompt = Enumerable.Range(0, tokens).ToArray();
        using var computed = engine.Kv.CreateSequence(loaded.NewOwner());
        using var image = Saved(loaded, computed, prompt, last, bytes);

        var taken = Interleaved.Medians(
            options.Rounds,
            () =>
            {
                var begun = Stopwatch.GetTimestamp();
                using var sealedImage = image.Map();
                using var sequence = engine.Kv.CreateSequence(loaded.NewOwner());
                var span = sealedImage.Span(0, (int)bytes);

                if (!KvImage.Is(span, layout, blocks, last, loaded.Kernels) || !sequence.TryGrow(tokens))
                {
                    throw new InvalidOperationException("The image is not of these tokens, or out of pages.");
                }

                KvImage.Read(span, engine.Pages, layout, sequence, blocks);
                return Stopwatch.GetElapsedTime(begun).TotalSeconds;
            },
            () =>
            {
                var begun = Stopwatch.GetTimestamp();
                engine.Runner.Step([new StepSlice(computed, null, prompt, 0, true)], loaded.Logits);
                return Stopwatch.GetElapsedTime(begun).TotalSeconds;
            },
            () => bandwidth.Measure(1));

        add(BenchRow.Cost($"prefix of {tokens} tokens ({bytes / 1048576.0:0.0} MiB) put back from the host's memory", taken[0] * 1e3, "ms", taken[1] * 1e3, "computed again"));
        add(BenchRow.Limit("    its copy at one thread's read bandwidth", 2e3 * bytes / taken[2], "ms"));
    }

    private static SealedMemory Saved(LoadedEngine loaded, KvSequence sequence, int[] prompt, BlockKey last, long bytes)
    {
        if (!sequence.TryGrow(prompt.Length))
        {
            throw new InvalidOperationException("Out of pages.");
        }

        loaded.Engine.Runner.Step([new StepSlice(sequence, null, prompt, 0, true)], loaded.Logits);
        using var memory = UnsealedMemory.Create("prefix", bytes);
        KvImage.Write(memory.Memory.Span(0, (int)bytes), loaded.Engine.Pages, loaded.Engine.Kv.Layout, sequence, prompt.Length / KvLayout.BlockTokens, last, loaded.Kernels);
        return memory.Seal();
    }
}
