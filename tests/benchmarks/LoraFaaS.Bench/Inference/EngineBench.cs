using System.Diagnostics;
using LoraFaaS.Bench.Ceilings;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Models;

namespace LoraFaaS.Bench.Inference;

/// <summary>The engine's cases on one shape, in the order of the README's table. Ceilings are taken turn by turn with the figures they bound.</summary>
internal sealed class EngineBench : IDisposable
{
    private const int Batch = 8;
    private const int Rank = 16;
    private const int PrefillTokens = 512;

    /// <summary>Between 4 and 128; together 320, as eight of rank 40.</summary>
    private static readonly int[] MixedRanks = [4, 4, 8, 16, 32, 64, 64, 128];

    private readonly NamedShape _shape;
    private readonly SyntheticModels _models;
    private readonly ReportWriter _report;
    private readonly EngineBenchOptions _options;
    private readonly ReadBandwidth _bandwidth = new();
    private readonly int _threads;

    public EngineBench(NamedShape shape, SyntheticModels models, ReportWriter report, EngineBenchOptions options)
    {
        (_shape, _models, _report, _options) = (shape, models, report, options);
        _threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
    }

    public void Run()
    {
        if (Wants("load"))
        {
            new LoadBench(_models, Add, Math.Min(_options.Rounds, 3)).Run();
        }

        if (Wants("product"))
        {
            Product();
        }

        if (Wants("profile"))
        {
            Profile();
        }

        if (!_options.Cases.Any(name => name is not "load" and not "product" and not "profile"))
        {
            return;
        }

        ReportWriter.Say($"{_shape.Name}: loading");
        using var engine = new LoadedEngine(_models.Backbone, _threads);
        ReportWriter.Say($"{_shape.Name}: {engine.Kernels}, {_threads} threads, {engine.BytesPerStep >> 20} MiB a step");
        RunIf("ceilings", Ceilings);
        RunIf("decode", () => Decode(engine));
        RunIf("adapters", () => Adapters(engine));
        RunIf("ranks", () => Ranks(engine));
        RunIf("batches", () => Batches(engine));
        RunIf("prefill", () => Prefill(engine));
        RunIf("chunked", () => Chunked(engine));
        RunIf("trace", () => Trace(engine));
        RunIf("fusion", () => new FusionBench(_shape, _models, Add, _options, _threads).Run(engine));
        RunIf("int8", () => new Int8Bench(_shape, _models, Add, _bandwidth, _options, _threads).Run(engine));
        RunIf("masks", () => new MaskBench(Add, _options).Run(engine));
        RunIf("prefix", () => new PrefixBench(Add, _bandwidth, _options).Run(engine));
        RunIf("busy", () => Busy(engine));
        RunIf("allocation", () => Allocation(engine));
    }

    public void Dispose() => _bandwidth.Dispose();

    private bool Wants(string name) => _options.Cases.Contains(name);

    private void RunIf(string name, Action run)
    {
        if (Wants(name))
        {
            run();
        }
    }

    private void Ceilings()
    {
        var taken = Interleaved.Medians(
            _options.Rounds,
            () => _bandwidth.Measure(1),
            () => _bandwidth.Measure(_threads),
            () => MultiplyAddRate.Measure(1),
            () => MultiplyAddRate.Measure(_threads),
            () => PairRate.Measure(1),
            () => PairRate.Measure(_threads));
        Add(new BenchRow { Case = "read bandwidth, 1 thread", Figure = taken[0] / 1e9, Unit = "GB/s" });
        Add(new BenchRow { Case = $"read bandwidth, {_threads} threads", Figure = taken[1] / 1e9, Unit = "GB/s" });
        Add(new BenchRow { Case = "float32 FMA, 1 thread", Figure = taken[2] / 1e9, Unit = "GFLOP/s" });
        Add(new BenchRow { Case = $"float32 FMA, {_threads} threads", Figure = taken[3] / 1e9, Unit = "GFLOP/s" });
        Add(new BenchRow { Case = $"{PairRate.Name}, 1 thread", Figure = taken[4] / 1e9, Unit = "GFLOP/s" });
        Add(new BenchRow { Case = $"{PairRate.Name}, {_threads} threads", Figure = taken[5] / 1e9, Unit = "GFLOP/s" });
    }

    /// <summary>One sequence: as many tokens a second as the weights can be read.</summary>
    private void Decode(LoadedEngine engine)
    {
        using var alone = new DecodeBatch(engine, [null]);
        var taken = Interleaved.Medians(_options.Rounds, () => alone.TokensPerSecond(_options.Steps), () => _bandwidth.Measure(_threads));
        Add(BenchRow.Rate("decode, batch 1, bf16", taken[0], "tok/s", taken[1] / engine.BytesPerStep, "bandwidth ÷ bytes a step", 0.85));
    }

    /// <summary>Eight sequences with eight adapters against the same eight without, and against one alone.</summary>
    private void Adapters(LoadedEngine engine)
    {
        var handles = Enumerable.Range(0, Batch).Select(i => engine.Load(_models.Adapter(i, Rank))).ToArray();
        using (var alone = new DecodeBatch(engine, [null]))
        using (var plain = new DecodeBatch(engine, new AdapterHandle?[Batch]))
        using (var distinct = new DecodeBatch(engine, handles))
        {
            var taken = Interleaved.Medians(
                _options.Rounds,
                () => alone.TokensPerSecond(_options.Steps),
                () => plain.TokensPerSecond(_options.Steps),
                () => distinct.TokensPerSecond(_options.Steps),
                () => _bandwidth.Measure(_threads),
                () => PairRate.Measure(_threads));
            var bytes = engine.BytesPerStep;
            var adapterBytes = handles.Sum(handle => (long)handle.PageCount) * engine.Engine.Pages.PageBytes;
            var flops = 2.0 * Batch * (_shape.LayerWeights + _shape.HeadWeights);
            Add(BenchRow.Rate("decode, batch 8, no adapters", taken[1], "tok/s", Batch / Math.Max(bytes / taken[3], flops / taken[4]), "bandwidth or multiply-add roofline"));
            Add(BenchRow.Rate(
                "decode, batch 8, 8 adapters of rank 16", taken[2], "tok/s",
                Batch / Math.Max((bytes + adapterBytes) / taken[3], (flops + adapterBytes) / taken[4]), "bandwidth or multiply-add roofline"));
            Add(BenchRow.Rate("batch 8 with 8 adapters ÷ without", taken[2], "tok/s", taken[1], "the same batch without", 0.85));
            Add(BenchRow.Rate("batch 8 with 8 adapters ÷ batch 1", taken[2] / taken[0], "×", Batch, "eight sequences for one pass", 5.0 / Batch) with { Target = "≥ 5×" });
        }

        Unload(engine, handles);
    }

    private void Ranks(LoadedEngine engine)
    {
        var mixed = MixedRanks.Select((rank, i) => engine.Load(_models.Adapter(10 + i, rank))).ToArray();
        var uniform = MixedRanks.Select((_, i) => engine.Load(_models.Adapter(20 + i, MixedRanks.Sum() / Batch))).ToArray();
        using (var first = new DecodeBatch(engine, mixed))
        using (var second = new DecodeBatch(engine, uniform))
        {
            var taken = Interleaved.Medians(_options.Rounds, () => first.TokensPerSecond(_options.Steps), () => second.TokensPerSecond(_options.Steps));
            Add(BenchRow.Rate("decode, batch 8, ranks 4–128 mixed", taken[0], "tok/s", taken[1], "uniform ranks of 40", 0.9));
        }

        Unload(engine, [.. mixed, .. uniform]);
    }

    /// <summary>Sizes between the tiles' own: none should cost more a step than the next larger.</summary>
    private void Batches(LoadedEngine engine)
    {
        int[] sizes = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16];
        var batches = sizes.Select(size => new DecodeBatch(engine, new AdapterHandle?[size])).ToArray();
        Func<double>[] probes =
        [
            .. batches.Select(batch => (Func<double>)(() => batch.TokensPerSecond(_options.Steps))),
            () => _bandwidth.Measure(_threads),
            () => PairRate.Measure(_threads),
        ];
        var taken = Interleaved.Medians(_options.Rounds, probes);
        for (var i = 0; i < sizes.Length; i++)
        {
            var flops = 2.0 * sizes[i] * (_shape.LayerWeights + _shape.HeadWeights);
            Add(BenchRow.Rate($"decode, batch {sizes[i]}", taken[i], "tok/s", sizes[i] / Math.Max(engine.BytesPerStep / taken[^2], flops / taken[^1]), "bandwidth or multiply-add roofline"));
            batches[i].Dispose();
        }
    }

    private void Prefill(LoadedEngine engine)
    {
        using var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        if (!sequence.TryGrow(PrefillTokens))
        {
            throw new InvalidOperationException("Out of pages.");
        }

        var prompt = Enumerable.Range(0, PrefillTokens).ToArray();
        var taken = Interleaved.Medians(_options.Rounds, () => Once(), () => PairRate.Measure(_threads));

        // Causal attention multiplies each query with half the keys and half the values, on average.
        var attention = 2.0 * _shape.Layers * PrefillTokens * PrefillTokens * _shape.Heads * _shape.HeadDim;
        var flops = 2.0 * PrefillTokens * _shape.LayerWeights + 2.0 * _shape.HeadWeights + attention;
        Add(BenchRow.Rate("prefill, 512 tokens, bf16", PrefillTokens / taken[0], "tok/s", PrefillTokens / (flops / taken[1]), PairRate.Name, 0.65));

        double Once()
        {
            var begun = Stopwatch.GetTimestamp();
            engine.Engine.Runner.Step([new StepSlice(sequence, null, prompt, 0, true)], engine.Logits);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    /// <summary>
    /// Four decode and 2 000 tokens arrive. The mean over all steps of the arrival is judged, since it is what a reader's TPOT comes to; the slowest
    /// hundredth of the steps and what the prompt itself waits stand beside it.
    /// </summary>
    private void Chunked(LoadedEngine engine)
    {
        const int PromptTokens = 2_000;
        var alone = new PromptArrival(engine, decoding: 0, PromptTokens, null).Measure().FirstToken;
        foreach (var stepTokens in _options.StepTokens)
        {
            var limit = stepTokens > 0 ? $"{stepTokens} tokens a step" : "steps by measured time";
            var times = new PromptArrival(engine, decoding: 4, PromptTokens, stepTokens > 0 ? stepTokens : null).Measure();
            var undisturbed = times.Undisturbed.Average() * 1e3;
            Add(BenchRow.Cost($"time between tokens of 4 while 2 000 arrive, {limit}, mean", times.During.Average() * 1e3, "ms", undisturbed, "undisturbed", mostTimes: 2));
            Add(BenchRow.Cost($"    its p99 of {times.During.Count} steps", Interleaved.Quantile(times.During, 0.99) * 1e3, "ms", undisturbed, "undisturbed, mean"));
            Add(BenchRow.Cost("    undisturbed, p99", Interleaved.Quantile(times.Undisturbed, 0.99) * 1e3, "ms", undisturbed, "undisturbed, mean"));
            Add(BenchRow.Cost("    the 2 000 tokens' time to first token", times.FirstToken, "s", alone, "nobody decoding"));
        }
    }

    private void Trace(LoadedEngine engine)
    {
        var handles = Enumerable.Range(0, Batch).Select(i => engine.Load(_models.Adapter(i, Rank))).ToArray();
        new StepTrace(engine, handles, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(6 * _options.Rounds)).Run(Add);
        Unload(engine, handles);
    }

    /// <summary>As many busy processes as threads leave us half of each core.</summary>
    private void Busy(LoadedEngine engine)
    {
        using var batch = new DecodeBatch(engine, new AdapterHandle?[Batch]);
        var stretch = TimeSpan.FromSeconds(3);
        var alone = new List<double>();
        var beside = new List<double>();
        for (var round = 0; round < Math.Max(2, _options.Rounds / 2); round++)
        {
            alone.Add(batch.TokensPerSecond(stretch));
            using var neighbours = new Burners(_threads);
            beside.Add(batch.TokensPerSecond(stretch));
        }

        Add(BenchRow.Rate(
            $"decode, batch 8, beside {_threads} busy processes", Interleaved.Median(beside), "tok/s", Interleaved.Median(alone) / 2, "half of alone: its fair share", 0.8));
    }

    /// <summary>Where the fastest of several prefills, and of several decode steps of eight, spends its time.</summary>
    private void Profile()
    {
        using var engine = new LoadedEngine(_models.Backbone, _threads, isProfiled: true);
        using var batch = new DecodeBatch(engine, new AdapterHandle?[Batch]);
        using var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
        sequence.TryGrow(PrefillTokens);
        var prompt = Enumerable.Range(0, PrefillTokens).ToArray();
        Report("prefill, 512 tokens", () => engine.Engine.Runner.Step([new StepSlice(sequence, null, prompt, 0, true)], engine.Logits));
        Report("decode, batch 8", batch.Step);

        void Report(string name, Action step)
        {
            IReadOnlyDictionary<string, double>? best = null;
            for (var round = 0; round < _options.Rounds; round++)
            {
                engine.Times.Take();
                step();
                var taken = engine.Times.Take();
                if (best is null || taken.Values.Sum() < best.Values.Sum())
                {
                    best = taken;
                }
            }

            var total = best!.Values.Sum();
            foreach (var (operation, seconds) in best.OrderByDescending(pair => pair.Value))
            {
                Add(BenchRow.Rate($"profile of {name}: {operation}", seconds * 1e3, "ms", total * 1e3, "the step"));
            }
        }
    }

    /// <summary>48 tokens is a block as a prefill of 2 048 columns cuts it.</summary>
    private void Product()
    {
        if (CpuFeatures.HasAvx512BFloat16)
        {
            // What assembles is compiled first: the second figure is the kernels' own, the first what a process pays that did not warm up.
            var cold = Avx512BFloat16Kernels.Code;
            Add(new BenchRow { Case = $"assembling {cold.Count} kernels, {cold.Bytes >> 10} KiB of code, first in the process", Figure = cold.Took.TotalMilliseconds, Unit = "ms" });
            Add(new BenchRow { Case = "assembling them again", Figure = Avx512BFloat16Kernels.Assemble().Took.TotalMilliseconds, Unit = "ms" });
        }

        using var product = new PanelProduct(_shape.Hidden, tokens: 48);
        var taken = Interleaved.Medians(_options.Rounds, () => product.Best(50), () => PairRate.Best(50));
        Add(BenchRow.Rate($"panel product alone, 48 × {_shape.Hidden}, 1 thread, best", taken[0] / 1e9, "GFLOP/s", taken[1] / 1e9, PairRate.Name));
    }

    private void Allocation(LoadedEngine engine)
    {
        var handles = Enumerable.Range(0, Batch).Select(i => engine.Load(_models.Adapter(i, Rank))).ToArray();
        using (var batch = new DecodeBatch(engine, handles))
        {
            for (var i = 0; i < 64; i++)
            {
                batch.Step();
            }

            // The least of several stretches: the runtime's own threads (compiling what is called often) allocate beside it now and then.
            const int Steps = 20;
            var least = long.MaxValue;
            for (var stretch = 0; stretch < 5; stretch++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                for (var i = 0; i < Steps; i++)
                {
                    batch.Step();
                }

                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            Add(BenchRow.Limit("allocation per decode step, all threads", least / (double)Steps, "bytes", 0));
        }

        Unload(engine, handles);
    }

    private static void Unload(LoadedEngine engine, AdapterHandle[] handles)
    {
        foreach (var handle in handles)
        {
            engine.Engine.Adapters.TryUnload(handle);
        }
    }

    private void Add(BenchRow row) => _report.Add(row with { Case = $"{_shape.Name}: {row.Case}" });
}
