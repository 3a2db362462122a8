namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// Chooses backbones and sandboxes: first whole closures by density (a backbone with the sandboxes and adapters that come with it), then, as far as
/// the effort goes, single changes of what stands, each judged by a fresh fill.
/// </summary>
internal sealed class PlanRoots(PlanFacts facts)
{
    private readonly PlanFill _fill = new(facts);
    private readonly PlanSwaps _swaps = new(facts);
    private readonly PlanBoard _trial = new(facts);
    private readonly PlanBoard _filled = new(facts);
    private readonly PlanClosures _closures = new(facts);

    public PlanFill Fill => _fill;

    public PlanSwaps Swaps => _swaps;

    /// <summary>A plan from nothing.</summary>
    public PlanBoard Build(ref long effort)
    {
        var best = new PlanBoard(facts);
        _closures.Add(best);
        Refill(best, ref effort);
        Climb(best, ref effort);

        // Small clusters get other starts too: each sandbox at each worker first, then what fits beside it.
        var start = new PlanBoard(facts);
        var empty = new PlanBoard(facts);

        for (var worker = 0; worker < facts.Workers; worker++)
        {
            for (var sandbox = 0; sandbox < facts.Sandboxes && effort > Cost * 32; sandbox++)
            {
                start.CopyFrom(empty);

                if (start.TrySetBackbone(worker, facts.SandboxBackbone[sandbox], 2) && start.TrySetSandbox(worker, sandbox, there: true))
                {
                    Refill(start, ref effort);
                    Climb(start, ref effort);
                    Keep(best, start);
                }
            }
        }

        return best;
    }

    private long Cost => (long)facts.Functions * (facts.Workers + 8) * PlanBoard.Tiers;

    private static void Keep(PlanBoard best, PlanBoard other)
    {
        if (other.Score() > best.Score() + 1e-9)
        {
            best.CopyFrom(other);
        }
    }

    private void Climb(PlanBoard best, ref long effort)
    {
        var worth = best.Score();
        var improved = true;

        while (improved)
        {
            improved = false;

            foreach (var change in PlanChange.All(facts))
            {
                if (effort < Cost)
                {
                    return;
                }

                _trial.CopyFrom(best);
                Clear(_trial);

                if (!change.Apply(_trial))
                {
                    effort -= facts.Functions;
                    continue;
                }

                effort -= Cost;
                Refill(_trial, ref effort);
                var now = _trial.Score();

                if (now > worth + 1e-9)
                {
                    best.CopyFrom(_trial);
                    (worth, improved) = (now, true);
                }
            }
        }
    }

    /// <summary>The best of several fills of the same roots, improved by exchanges.</summary>
    private void Refill(PlanBoard board, ref long effort)
    {
        ReadOnlySpan<double> exponents = effort > facts.Functions * 200L * facts.Workers ? [1, 0.5, 0] : [1];
        var best = double.NegativeInfinity;
        Clear(board);

        foreach (var exponent in exponents)
        {
            _filled.CopyFrom(board);
            Clear(_filled);
            _fill.Run(_filled, exponent);
            _swaps.Run(_filled, 1, ref effort);
            var worth = _filled.Score();

            if (worth > best)
            {
                best = worth;
                board.CopyFrom(_filled);
            }
        }
    }

    private void Clear(PlanBoard board)
    {
        for (var function = 0; function < facts.Functions; function++)
        {
            if (board.Home[function] >= 0)
            {
                board.Move(function, -1, 0);
            }
        }
    }
}
