using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Sandbox.Tests.Batching;

/// <summary>Carries out plans over random sequences on a small pool, and checks each plan against the books.</summary>
internal sealed class PlannerWorld
{
    private readonly Random _random;
    private readonly StepPlanner _planner = new();
    private readonly StepLimits _limits;
    private readonly int _totalPages;
    private readonly Dictionary<int, (StepSequence View, int Left)> _live = [];
    private readonly int _arrivals;

    public PlannerWorld(Random random)
    {
        _random = random;
        _limits = new StepLimits(random.Next(1, 6), random.Next(1, 40), 0, random.Next(1, 9));
        _totalPages = random.Next(12, 40);
        _arrivals = random.Next(1, 40);
    }

    public void Run()
    {
        var next = 0;
        var quiet = 0;

        for (var step = 0; next < _arrivals || _live.Count > 0; step++)
        {
            Assert.True(step < 40_000, "a sequence starves");

            if (next < _arrivals && _random.Next(3) == 0)
            {
                Arrive(next++, step);
            }

            foreach (var key in _live.Keys.ToArray())
            {
                _live[key] = (_live[key].View with { HasCredit = _random.Next(5) > 0 }, _live[key].Left);
            }

            var free = _totalPages - _live.Values.Sum(s => s.View.Pages);
            var plan = _planner.Plan([.. _live.Values.Select(s => s.View)], _limits with { FreePages = free, BesideDecodes = _random.Next(12) });
            Check(plan, free);
            Carry(plan);

            // With credits at random four of five steps have somebody to run; long silence with live sequences would be a deadlock.
            quiet = plan.IsEmpty && _live.Values.Any(s => s.View.HasCredit) ? quiet + 1 : 0;
            Assert.True(quiet < 100, "nothing runs although something could");
        }
    }

    private void Arrive(int key, int step)
    {
        var tokens = _random.Next(1, 6 * _limits.PageTokens);
        var view = new StepSequence { Key = key, Tokens = tokens, Computed = 0, Pages = 0, HasCredit = true, Due = step + _random.Next(50), Arrival = key };
        _live.Add(key, (view, _random.Next(1, 6 * _limits.PageTokens)));
    }

    private void Check(StepPlan plan, int free)
    {
        var returned = plan.Preempted.Concat(plan.Unservable).Sum(key => _live[key].View.Pages);

        Assert.Empty(plan.Unservable);
        Assert.True(plan.Rows.Count <= _limits.MaxSequences);
        Assert.True(plan.Rows.Sum(row => row.Tokens) <= _limits.MaxTokens);
        Assert.True(plan.Rows.Sum(row => row.NewPages) <= free + returned);
        Assert.Equal(plan.Rows.Count, plan.Rows.Select(row => row.Key).Concat(plan.Preempted).Distinct().Count() - plan.Preempted.Count);
        Assert.All(plan.Rows, row => Assert.True(_live[row.Key].View.HasCredit));
        Assert.All(plan.Rows, row => Assert.InRange(row.Tokens, 1, _live[row.Key].View.Pending));
        Assert.All(plan.Rows, row => Assert.Equal(
            Math.Max(_live[row.Key].View.Pages, _limits.PagesFor(_live[row.Key].View.Computed + row.Tokens)),
            _live[row.Key].View.Pages + row.NewPages));
    }

    private void Carry(StepPlan plan)
    {
        foreach (var key in plan.Preempted)
        {
            _live[key] = (_live[key].View with { Computed = 0, Pages = 0 }, _live[key].Left);
        }

        foreach (var row in plan.Rows)
        {
            var (view, left) = _live[row.Key];
            view = view with { Computed = view.Computed + row.Tokens, Pages = view.Pages + row.NewPages };

            if (view.Pending == 0)
            {
                view = view with { Tokens = view.Tokens + 1 };
                left--;
            }

            _live[row.Key] = (view, left);

            if (left == 0)
            {
                _live.Remove(row.Key);
            }
        }
    }
}
