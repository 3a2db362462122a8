using LoraFaaS.Policies.Batching;
using LoraFaaS.Policies.Fairness;
using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Policies.Tests.Fairness;

/// <summary>
/// Ten namespaces, each in a sandbox of its own, on one device, in virtual time over the policies that the worker runs: one keeps sixty-four calls in flight,
/// nine call now and then, within their fair share.
/// </summary>
public sealed class GreedyNamespaceTests
{
    private const int Namespaces = 10;
    private const double Lead = 0.1;

    /// <summary>Seconds a step takes: for itself, for each decoding row, for each prompt token.</summary>
    private const double StepSeconds = 0.010, RowSeconds = 0.001, TokenSeconds = 0.0005;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Modest_namespaces_wait_at_most_half_again_as_long_as_with_a_tenth_of_the_machine_to_themselves(int seed)
    {
        var together = Run(seed, Enumerable.Range(0, Namespaces), speed: 1);

        for (var modest = 1; modest < Namespaces; modest++)
        {
            var alone = Run(seed, [modest], speed: 1.0 / Namespaces);

            Assert.True(
                together[modest].Average() <= 1.5 * alone[modest].Average(),
                $"namespace {modest}: {together[modest].Average():0.000} s beside the greedy one, {alone[modest].Average():0.000} s with its share alone");
        }
    }

    [Fact]
    public void The_greedy_namespace_gets_what_the_others_leave()
    {
        var device = new Device(1, Enumerable.Range(0, Namespaces), 1);
        device.Run(60);

        Assert.True(device.BusyOf(0) > 0.5 * 60, $"{device.BusyOf(0):0.0} s of 60");
    }

    private static Dictionary<int, List<double>> Run(int seed, IEnumerable<int> present, double speed)
    {
        var device = new Device(seed, present, speed);
        device.Run(60);
        return device.FirstTokens;
    }

    /// <summary>Steps one sandbox after another as the arbiter does: choose, step, charge.</summary>
    private sealed class Device
    {
        private readonly ServedCost<int> _served = new(floor: 1);
        private readonly Dictionary<int, Sandbox> _sandboxes;
        private readonly double _speed;
        private double _now;

        public Device(int seed, IEnumerable<int> present, double speed)
        {
            _speed = speed;
            _sandboxes = present.ToDictionary(index => index, index => new Sandbox(index, new Random((seed * 100) + index)));
        }

        public Dictionary<int, List<double>> FirstTokens => _sandboxes.ToDictionary(pair => pair.Key, pair => pair.Value.FirstTokens);

        public double BusyOf(int index) => _sandboxes[index].Busy;

        public void Run(double seconds)
        {
            while (_now < seconds)
            {
                foreach (var sandbox in _sandboxes.Values)
                {
                    sandbox.Arrive(_now, _served);
                }

                var ready = _sandboxes.Values.Where(sandbox => sandbox.HasWork).ToArray();

                if (ready.Length == 0)
                {
                    _now = _sandboxes.Values.Min(sandbox => sandbox.NextArrival);
                    continue;
                }

                var seekers = ready.Select((sandbox, i) => new TurnSeeker(i, sandbox.Margin(_now), _served.Of(sandbox.Index), default)).ToArray();
                var chosen = ready[TurnPolicy.Choose(seekers, Lead)];
                var took = chosen.Step() / _speed;
                _now += took;
                chosen.Stepped(_now, took, _served);
                _served.Charge(chosen.Index, took, 1);
            }
        }
    }

    /// <summary>Continuous batching by the planner's rule: each decode one token, prompts in what is left of the step.</summary>
    private sealed class Sandbox(int index, Random random)
    {
        private const int PromptTokens = 32, AnswerTokens = 16, StepTokens = 64, GreedyCalls = 64;

        private readonly StepPlanner _planner = new();
        private readonly List<Call> _calls = [];
        private bool _active;
        private int _lastKey;

        public int Index => index;

        public List<double> FirstTokens { get; } = [];

        public double Busy { get; private set; }

        /// <summary>Modest ones: on average every five seconds, which is less than a tenth of what the device does.</summary>
        public double NextArrival { get; private set; } = index == 0 ? 0 : -5 * Math.Log(1 - random.NextDouble());

        public bool HasWork => _calls.Count > 0;

        public void Arrive(double now, ServedCost<int> served)
        {
            if (index == 0)
            {
                while (_calls.Count < GreedyCalls)
                {
                    Add(now);
                }
            }
            else
            {
                for (; NextArrival <= now; NextArrival -= 5 * Math.Log(1 - random.NextDouble()))
                {
                    Add(NextArrival);
                }
            }

            if (HasWork && !_active)
            {
                served.Enter(index);
                _active = true;
            }
        }

        /// <summary>The same promise for all: one second to the first token.</summary>
        public TimeSpan Margin(double now)
        {
            var waiting = _calls.Where(call => !call.HasFirst).ToList();
            return waiting.Count == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(waiting.Min(call => call.ArrivedAt) + 1 - now);
        }

        public double Step()
        {
            var views = _calls.Select(call => new StepSequence
            {
                Key = call.Key, Tokens = call.Tokens, Computed = call.Computed, Pages = 8, HasCredit = true, Due = (long)(call.ArrivedAt * 1e6), Arrival = call.Key,
            }).ToArray();
            var plan = _planner.Plan(views, new StepLimits(32, StepTokens, 1_000, 16));
            var seconds = StepSeconds;

            foreach (var row in plan.Rows)
            {
                var call = _calls.First(call => call.Key == row.Key);
                seconds += row.Tokens == 1 ? RowSeconds : row.Tokens * TokenSeconds;
                call.Computed += row.Tokens;
            }

            return seconds;
        }

        public void Stepped(double now, double took, ServedCost<int> served)
        {
            Busy += took;

            foreach (var call in _calls.Where(call => call.Computed == call.Tokens).ToList())
            {
                if (!call.HasFirst)
                {
                    call.HasFirst = true;
                    FirstTokens.Add(now - call.ArrivedAt);
                }

                call.Tokens++;

                if (call.Tokens > PromptTokens + AnswerTokens)
                {
                    _calls.Remove(call);
                }
            }

            if (!HasWork && index != 0)
            {
                served.Leave(index);
                _active = false;
            }
        }

        private void Add(double at) => _calls.Add(new Call { Key = ++_lastKey, ArrivedAt = at, Tokens = PromptTokens });
    }

    private sealed class Call
    {
        public required int Key { get; init; }

        public required double ArrivedAt { get; init; }

        public required int Tokens { get; set; }

        public int Computed { get; set; }

        public bool HasFirst { get; set; }
    }
}
