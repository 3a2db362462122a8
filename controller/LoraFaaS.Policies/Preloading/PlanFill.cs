namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// Gives functions homes among the roots there are, densest first: worth by bytes, a tier's bytes priced by how many there are of them.
/// An exponent below 1 looks less at the bytes; with 0 the most worth goes first.
/// </summary>
internal sealed class PlanFill(PlanFacts facts)
{
    private readonly double[] _keys = new double[facts.Functions * PlanBoard.TopLevel];
    private readonly int[] _options = new int[facts.Functions * PlanBoard.TopLevel];
    private double _ordered = double.NaN;
    private int _count;

    public void Run(PlanBoard board, double exponent)
    {
        Order(exponent);

        for (var index = 0; index < _count; index++)
        {
            var function = _options[index] / PlanBoard.TopLevel;
            var level = (_options[index] % PlanBoard.TopLevel) + 1;

            if (level > board.Level[function])
            {
                TryPlace(board, function, level);
            }
        }
    }

    /// <summary>Moves a function to the best worker that has room for it at a level; false when none makes it worth more.</summary>
    public bool TryPlace(PlanBoard board, int function, int level)
    {
        var best = -1;
        var bestWorth = board.Worth(function) + 1e-9;
        var bestFree = -1.0;
        var bestNear = false;
        var tier = PlanFacts.TierOf(level);

        for (var worker = board.NextAllowed(function, level, 0); worker < facts.Workers; worker = board.NextAllowed(function, level, worker + 1))
        {
            if (!board.Fits(worker, function, level))
            {
                continue;
            }

            var worth = board.Worth(function, worker, level);

            if (worth < bestWorth - 1e-9 || (best < 0 && worth <= bestWorth))
            {
                continue;
            }

            // Equal worth: where it is already, then where most is free.
            var near = IsAt(function, worker);
            var free = facts.Capacity[(worker * PlanBoard.Tiers) + tier] == 0 ? 0 : board.Free[(worker * PlanBoard.Tiers) + tier] / (double)facts.Capacity[(worker * PlanBoard.Tiers) + tier];

            if (worth > bestWorth + 1e-9 || (near && !bestNear) || (near == bestNear && free > bestFree))
            {
                (best, bestWorth, bestFree, bestNear) = (worker, worth, free, near);
            }
        }

        if (best < 0)
        {
            return false;
        }

        board.Move(function, best, level);
        return true;
    }

    private bool IsAt(int function, int worker)
    {
        foreach (var residence in facts.Request.Functions[function].Residences)
        {
            if (residence.Worker == worker)
            {
                return true;
            }
        }

        return false;
    }

    private void Order(double exponent)
    {
        if (_ordered == exponent)
        {
            return;
        }

        _ordered = exponent;
        _count = 0;

        for (var function = 0; function < facts.Functions; function++)
        {
            for (var level = 1; level <= facts.Top(function); level++)
            {
                var worth = facts.Probability[function] * facts.Saves(function, level);
                var bytes = Math.Max(1, facts.Bytes(function, level));

                if (worth <= 0 || !facts.IsWorthIts(function, level))
                {
                    continue;
                }

                _keys[_count] = -worth / Math.Pow(bytes * facts.Price[PlanFacts.TierOf(level)], exponent);
                _options[_count++] = (function * PlanBoard.TopLevel) + level - 1;
            }
        }

        Array.Sort(_keys, _options, 0, _count, Comparer<double>.Default);
    }
}
