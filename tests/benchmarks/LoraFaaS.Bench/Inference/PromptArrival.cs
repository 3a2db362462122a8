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
/// <param name="stepTokens">A fixed limit of tokens a step. Null: the platform's policy, which measures.</param>
internal sealed class PromptArrival(LoadedEngine engine, int decoding, int promptTokens, int? stepTokens)
{
    private const int Context = 64;
    private const int Undisturbed = 40;

    private readonly List<Row> _rows = [];
    private readonly StepPlanner _planner = new();
    private readonly StepTimeModel _model = new();

    public ArrivalTimes Measure()
    {
        for (var i = 0; i < decoding; i++)
        {
            _rows.Add(NewRow(Context));
        }

        while (_rows.Any(row => !row.IsDecoding))
        {
            Step();
        }

        var undisturbed = Enumerable.Range(0, decoding > 0 ? Undisturbed : 0).Select(_ => Step()).ToList();
        var arriving = NewRow(promptTokens);
        _rows.Add(arriving);
        var during = new List<double>();
        while (!arriving.IsDecoding)
        {
            during.Add(Step());
        }

        // A machine's mood changes within seconds: what is undisturbed is what it is on both sides of the arrival.
        arriving.Kv.Dispose();
        _rows.Remove(arriving);
        undisturbed.AddRange(Enumerable.Range(0, decoding > 0 ? Undisturbed : 0).Select(_ => Step()));

        foreach (var row in _rows)
        {
            row.Kv.Dispose();
        }

        return new ArrivalTimes(undisturbed, during, during.Sum());
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
        var most = stepTokens ?? engine.Engine.Runner.MaxStepTokens;
        var beside = stepTokens is null ? StepTokenPolicy.Decide(views, _model) : int.MaxValue;
        var limits = new StepLimits(engine.Engine.Runner.MaxSequences, most, engine.Engine.Pages.Free / layout.PagesPerBlock, KvLayout.BlockTokens, beside);
        var plan = _planner.Plan(views, limits);
        var load = plan.Rows.Aggregate(default(StepLoad), (sum, planned) => _rows[planned.Key].AddTo(sum, planned.Tokens));
        var slices = plan.Rows.Select(planned => _rows[planned.Key].Next(planned.Tokens)).ToArray();
        engine.Engine.Runner.Step(slices, engine.Logits);
        var took = Stopwatch.GetElapsedTime(begun);
        _model.Observe(load, took);

        foreach (var planned in plan.Rows)
        {
            _rows[planned.Key].Advance(planned.Tokens);
        }

        return took.TotalSeconds;
    }

    private sealed class Row(KvSequence kv, int tokens)
    {
        public KvSequence Kv => kv;

        public int Tokens { get; private set; } = tokens;

        public int Computed { get; private set; }

        public bool IsDecoding => Computed > 0 && Tokens - Computed == 1;

        public StepLoad AddTo(StepLoad load, int count) => IsDecoding ? load.WithDecode() : load.WithPrefill(Computed, count);

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
