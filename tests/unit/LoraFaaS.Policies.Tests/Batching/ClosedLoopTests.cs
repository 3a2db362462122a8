using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

/// <summary>Eight callers, each calling again as soon as it has its answer, on a machine whose step takes the longer of reading its weights and computing its tokens.</summary>
public sealed class ClosedLoopTests
{
    private const int PromptTokens = 128;
    private const int AnswerTokens = 32;
    private const double ThinkMs = 4;

    private readonly StepPlanner _planner = new();
    private readonly StepTimeModel _model = new();

    /// <summary>Who begin together would else end together and wait for one another again, round after round: in one step as many prompts as came, or one behind the other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Callers_that_begin_together_do_not_stay_together(int seed)
    {
        var random = new Random(seed);
        var callers = Enumerable.Range(0, 8).Select(key => new Caller(key)).ToList();
        var now = 0.0;

        while (now < 60_000)
        {
            now += Step(callers, now, 0.9 + (0.2 * random.NextDouble()));
        }

        var first = callers.SelectMany(caller => caller.Firsts.Where(call => call.Begun > 15_000).Select(call => call.Ttft)).Order().ToList();
        Assert.True(first.Count > 200);
        Assert.True(first[(int)(0.99 * first.Count)] <= 1.5 * first[first.Count / 2], $"p50 {first[first.Count / 2]:0}, p99 {first[(int)(0.99 * first.Count)]:0} ms");
    }

    private double Step(List<Caller> callers, double now, double pace)
    {
        foreach (var caller in callers.Where(caller => !caller.IsLive && caller.ComesAt <= now))
        {
            caller.Begin();
        }

        var live = callers.Where(caller => caller.IsLive).ToList();
        if (live.Count == 0)
        {
            return callers.Min(caller => caller.ComesAt) - now;
        }

        var views = live.ConvertAll(caller => caller.View()).ToArray();
        var limits = new StepLimits(64, Math.Min(512, StepTokenPolicy.MostTokens(views, _model, null)), 10_000, 16, StepTokenPolicy.Decide(views, _model));
        var load = default(StepLoad);

        var rows = _planner.Plan(views, limits).Rows.ToList();
        foreach (var row in rows)
        {
            load = callers[row.Key].AddTo(load, row.Tokens);
        }

        var took = pace * Milliseconds(load);
        _model.Observe(load, TimeSpan.FromMilliseconds(took));
        rows.ForEach(row => callers[row.Key].Advance(row.Tokens, now + took));
        return took;
    }

    /// <summary>As a small backbone takes on two cores: its weights are read in 7 ms, a token takes 0.45, and a row of a decode has its own reading.</summary>
    private static double Milliseconds(StepLoad load) => Math.Max(7, 0.45 * (load.DecodeRows + load.PrefillTokens)) + (0.6 * load.DecodeRows);

    private sealed class Caller(int key)
    {
        private int _computed;
        private int _tokens;

        public bool IsLive { get; private set; }

        public double ComesAt { get; private set; }

        public List<(double Begun, double Ttft)> Firsts { get; } = [];

        public void Begin() => (IsLive, _computed, _tokens) = (true, 0, PromptTokens);

        public StepSequence View() => new()
        {
            Key = key,
            Tokens = _tokens,
            Computed = _computed,
            Pages = (_computed + 15) / 16,
            HasCredit = true,
            Due = (long)(ComesAt * 1e3),
            Arrival = (long)(ComesAt * 1e3) + key,
        };

        public StepLoad AddTo(StepLoad load, int tokens) =>
            _computed > 0 && _tokens - _computed == 1 ? load.WithDecode() : load.WithPrefill(_computed, tokens);

        public void Advance(int tokens, double now)
        {
            _computed += tokens;
            if (_computed < _tokens)
            {
                return;
            }

            if (_tokens++ == PromptTokens)
            {
                Firsts.Add((ComesAt, now - ComesAt));
            }

            if (_tokens == PromptTokens + AnswerTokens)
            {
                (IsLive, ComesAt) = (false, now + ThinkMs);
            }
        }
    }
}
