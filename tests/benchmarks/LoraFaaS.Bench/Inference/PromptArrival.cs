using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Policies.Batching;
using StepPlanner = LoraFaaS.Policies.Batching.StepPlanner;

namespace LoraFaaS.Bench.Inference;

/// <summary>
/// Sequences decode; then a long prompt arrives. Steps are planned by the platform's own planner, as the sandbox's loop does.
/// Answers the time between tokens of those who decode, before and while the prompt is computed.
/// </summary>
internal sealed class PromptArrival(LoadedEngine engine, int decoding, int promptTokens, int stepTokens)
{
    private const int Context = 64;
    private const int Undisturbed = 12;

    private readonly List<Row> _rows = [];
    private readonly StepPlanner _planner = new();

    public (double Before, double During) Measure()
    {
        for (var i = 0; i < decoding; i++)
        {
            _rows.Add(NewRow(Context));
        }

        while (_rows.Any(row => !row.IsDecoding))
        {
            Step();
        }

        var before = Interleaved.Median(Enumerable.Range(0, Undisturbed).Select(_ => Step()).ToList());
        var arriving = NewRow(promptTokens);
        _rows.Add(arriving);
        var during = new List<double>();
        while (!arriving.IsDecoding)
        {
            during.Add(Step());
        }

        foreach (var row in _rows)
        {
            row.Kv.Dispose();
        }

        return (before, Interleaved.Median(during));
    }

    private Row NewRow(int tokens) => new(engine.Engine.Kv.CreateSequence(engine.NewOwner()), tokens);

    private double Step()
    {
        var layout = engine.Engine.Kv.Layout;
        var views = _rows.Select((row, key) => new StepSequence
        {
            Key = key,
            Tokens = row.Tokens,
            Computed = row.Computed,
            Pages = row.Kv.PageCount / layout.PagesPerBlock,
            HasCredit = true,
            Due = key,
            Arrival = key,
        }).ToArray();

        var begun = Stopwatch.GetTimestamp();
        var limits = new StepLimits(engine.Engine.Runner.MaxSequences, stepTokens, engine.Engine.Pages.Free / layout.PagesPerBlock, KvLayout.BlockTokens);
        var plan = _planner.Plan(views, limits);
        var slices = plan.Rows.Select(planned => _rows[planned.Key].Next(planned.Tokens)).ToArray();
        engine.Engine.Runner.Step(slices, engine.Logits);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;

        foreach (var planned in plan.Rows)
        {
            _rows[planned.Key].Advance(planned.Tokens);
        }

        return seconds;
    }

    private sealed class Row(KvSequence kv, int tokens)
    {
        public KvSequence Kv => kv;

        public int Tokens { get; private set; } = tokens;

        public int Computed { get; private set; }

        public bool IsDecoding => Computed > 0 && Tokens - Computed == 1;

        public StepSlice Next(int count)
        {
            if (!kv.TryGrow(Computed + count))
            {
                throw new InvalidOperationException("Out of pages.");
            }

            return new StepSlice(kv, null, Enumerable.Range(Computed, count).Select(position => position % 200).ToArray(), Computed, Computed + count == Tokens);
        }

        public void Advance(int count)
        {
            Computed += count;
            if (Computed == Tokens)
            {
                Tokens++;
            }
        }
    }
}
