using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Bench.Inference;

/// <summary>
/// The closed loop of the platform's benchmark without the platform: eight callers with an adapter each, 128 tokens in and 32 out, planned by the platform's own
/// planner, in this process. What a first token waits for can be seen here step by step: who was ahead, how many steps, how long each.
/// </summary>
internal sealed class StepTrace(LoadedEngine engine, IReadOnlyList<AdapterHandle> adapters, TimeSpan warmUp, TimeSpan stretch)
{
    private const int PromptTokens = 128;
    private const int AnswerTokens = 32;

    private readonly Random _random = new(1);
    private readonly List<TracedCall> _calls = [];
    private readonly List<double> _mixed = [];
    private readonly List<double> _undisturbed = [];
    private readonly List<double> _chunks = [];
    private readonly List<double> _between = [];

    public void Run(Action<BenchRow> add)
    {
        using var steps = new PlannedSteps(engine, stepTokens: null);
        var callers = adapters.Select(adapter => new Caller(adapter, _random.NextDouble() * 1_000)).ToList();
        var clock = Stopwatch.StartNew();
        var counts = false;
        var answered = 0;

        while (clock.Elapsed < warmUp + stretch)
        {
            counts = clock.Elapsed >= warmUp;
            var now = clock.Elapsed.TotalMilliseconds;
            var ahead = callers.Count(caller => caller.Row is { IsDecoding: false });

            foreach (var caller in callers.Where(caller => caller.Row is null && caller.ComesAt <= now).OrderBy(caller => caller.ComesAt))
            {
                caller.Begin(steps.Add(PromptTokens, caller.Adapter), ahead++);
            }

            if (steps.Rows.Count == 0)
            {
                continue;
            }

            var (load, seconds) = steps.Step();
            answered += counts ? load.DecodeRows : 0;
            Note(load, seconds * 1e3, counts);
            After(steps, callers, now, clock.Elapsed.TotalMilliseconds, counts);
        }

        Report(add, answered / stretch.TotalSeconds);
    }

    private void Note(StepLoad load, double milliseconds, bool counts)
    {
        if (!counts || load.DecodeRows == 0)
        {
            return;
        }

        (load.PrefillTokens > 0 ? _mixed : _undisturbed).Add(milliseconds);

        if (load.PrefillTokens > 0)
        {
            _chunks.Add(load.PrefillTokens);
        }
    }

    private void After(PlannedSteps steps, List<Caller> callers, double begun, double now, bool counts)
    {
        foreach (var caller in callers)
        {
            if (caller.Row is not { } row)
            {
                continue;
            }

            if (caller.Step(begun, now) is { } call && counts)
            {
                _calls.Add(call);
            }

            if (row.Computed == PromptTokens + AnswerTokens - 1)
            {
                if (counts)
                {
                    _between.Add((now - caller.FirstTokenAt) / (AnswerTokens - 1));
                }

                steps.Remove(row);

                // What gateway, worker and client take between an answer's end and the next call's arrival.
                caller.End(now + 2 + (4 * _random.NextDouble()));
            }
        }
    }

    private void Report(Action<BenchRow> add, double answered)
    {
        var all = _calls.Select(call => call.FirstTokenMs).ToList();
        var p50 = Interleaved.Median(all);
        add(BenchRow.Cost($"8 callers, 8 adapters, 128 + 32 tokens, in this process: time to first token, p99 of {all.Count}", Interleaved.Quantile(all, 0.99), "ms", p50, "its p50", 1.5));
        add(BenchRow.Cost("    its p95", Interleaved.Quantile(all, 0.95), "ms", p50, "its p50"));
        add(BenchRow.Limit("    its mean", all.Average(), "ms"));
        AddKind(add, "nobody ahead", [.. _calls.Where(call => call.Ahead == 0)]);
        AddKind(add, "one ahead", [.. _calls.Where(call => call.Ahead == 1)]);
        AddKind(add, "several ahead", [.. _calls.Where(call => call.Ahead > 1)]);
        add(BenchRow.Limit("    prompt tokens in a step that has any, p50", Interleaved.Median(_chunks), "tokens"));
        add(BenchRow.Cost("    such a step, p50", Interleaved.Median(_mixed), "ms", Interleaved.Median(_undisturbed), "one without, p50"));
        add(BenchRow.Cost("    such a step, p99", Interleaved.Quantile(_mixed, 0.99), "ms", Interleaved.Median(_mixed), "its p50"));
        add(BenchRow.Limit("    time between tokens, p50", Interleaved.Median(_between), "ms"));
        add(BenchRow.Limit("    answer tokens", answered, "tok/s"));
    }

    private void AddKind(Action<BenchRow> add, string name, List<TracedCall> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        var first = calls.ConvertAll(call => call.FirstTokenMs);
        add(BenchRow.Rate($"    calls with {name}", 100.0 * calls.Count / _calls.Count, "%", 100, "all"));
        add(BenchRow.Cost("        time to first token, p99", Interleaved.Quantile(first, 0.99), "ms", Interleaved.Median(first), "its p50"));
        add(BenchRow.Limit("        of it before its first chunk, p50", Interleaved.Median(calls.Select(call => call.WaitMs)), "ms"));
        add(BenchRow.Cost("        steps of its own, most", calls.Max(call => call.Steps), "steps", Interleaved.Median(calls.Select(call => (double)call.Steps)), "p50"));
    }

    private sealed class Caller(AdapterHandle adapter, double comesAt)
    {
        private int _ahead;
        private int _steps;
        private int _computed;
        private double _wait;

        public AdapterHandle Adapter => adapter;

        public double ComesAt { get; private set; } = comesAt;

        public double FirstTokenAt { get; private set; }

        public PlannedRow? Row { get; private set; }

        public void Begin(PlannedRow row, int ahead) => (Row, _ahead, _steps, _computed, FirstTokenAt) = (row, ahead, 0, 0, 0);

        /// <summary>After a step from one instant to another: its account, where the step gave it its first token.</summary>
        public TracedCall? Step(double begun, double now)
        {
            if (FirstTokenAt > 0 || Row!.Computed == _computed)
            {
                return null;
            }

            if (_steps++ == 0)
            {
                _wait = begun - ComesAt;
            }

            _computed = Row.Computed;

            if (!Row.IsDecoding)
            {
                return null;
            }

            FirstTokenAt = now;
            return new TracedCall(_ahead, _wait, now - ComesAt, _steps);
        }

        public void End(double comesAt) => (Row, ComesAt) = (null, comesAt);
    }
}
