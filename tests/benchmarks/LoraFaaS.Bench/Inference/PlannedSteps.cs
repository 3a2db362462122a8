using System.Diagnostics;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Bench.Inference;

/// <summary>Steps of the engine in this process, planned by the platform's own planner as the sandbox's loop does it.</summary>
/// <param name="stepTokens">A fixed limit of tokens a step. Null: the platform's policy, which measures.</param>
internal sealed class PlannedSteps(LoadedEngine engine, int? stepTokens) : IDisposable
{
    private readonly List<PlannedRow> _rows = [];
    private readonly StepPlanner _planner = new();
    private readonly StepTimeModel _model = new();

    /// <summary>In order of arrival, which is the order of their due instants as well.</summary>
    public IReadOnlyList<PlannedRow> Rows => _rows;

    public PlannedRow Add(int tokens, AdapterHandle? adapter = null)
    {
        var row = new PlannedRow(engine.Engine.Kv.CreateSequence(engine.NewOwner()), adapter, tokens);
        _rows.Add(row);
        return row;
    }

    public void Remove(PlannedRow row)
    {
        row.Kv.Dispose();
        _rows.Remove(row);
    }

    /// <summary>What the step computed, and the seconds it took, planning included.</summary>
    public (StepLoad Load, double Seconds) Step()
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
        var most = stepTokens ?? Math.Min(engine.Engine.Runner.MaxStepTokens, StepTokenPolicy.MostTokens(views, _model, longest: null));
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

        return (load, took.TotalSeconds);
    }

    public void Dispose()
    {
        foreach (var row in _rows)
        {
            row.Kv.Dispose();
        }
    }
}
