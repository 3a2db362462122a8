using System.Diagnostics;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Bench.Memory;

/// <summary>What finding pages through tables costs of a decode step: as many look-ups in real page tables as a step makes, against the step.</summary>
internal static class TranslationCost
{
    private const int Batch = 8;
    private const int Tokens = 65;
    private const int Steps = 20;

    public static (double StepSeconds, double LookupSeconds, long Lookups) Measure(NamedShape shape)
    {
        var models = new SyntheticModels(shape, SyntheticModels.DefaultRoot);
        using var engine = new LoadedEngine(models.Backbone, threads: 1);
        var adapters = Enumerable.Range(0, Batch).Select(number => engine.Load(models.Adapter(number, 16))).ToArray();
        using var batch = new DecodeBatch(engine, adapters);
        var step = Batch / batch.TokensPerSecond(Steps);

        // Each chunk of keys or values finds its page anew; an adapter's page is looked up when a kernel's run comes to it.
        using var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        sequence.TryGrow(Tokens);
        var layout = engine.Engine.Kv.Layout;
        var chunks = (long)KvLayout.BlocksFor(Tokens) * layout.Layers * 2 * layout.KvHeads * Batch;
        var pages = adapters.Sum(adapter => (long)adapter.PageCount);
        var lookup = Interleaved.Median(Enumerable.Range(0, Steps).Select(_ => Walk(sequence, layout, chunks) + Walk(adapters[0].PageTable, adapters[0].PageCount, pages)));
        return (step, lookup, chunks + pages);
    }

    private static unsafe double Walk(KvSequence sequence, KvLayout layout, long lookups)
    {
        var table = (nint*)sequence.PageTable;
        nint sum = 0;
        var begun = Stopwatch.GetTimestamp();

        for (long i = 0; i < lookups; i++)
        {
            var chunk = (int)(i % (layout.PagesPerBlock * layout.ChunksPerPage));
            sum += table[chunk / layout.ChunksPerPage] + (chunk % layout.ChunksPerPage * layout.ChunkBytes);
        }

        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static unsafe double Walk(nint address, int pages, long lookups)
    {
        var table = (nint*)address;
        nint sum = 0;
        var begun = Stopwatch.GetTimestamp();

        for (long i = 0; i < lookups; i++)
        {
            sum += table[i % pages];
        }

        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
