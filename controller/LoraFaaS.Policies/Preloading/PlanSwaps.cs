namespace LoraFaaS.Policies.Preloading;

/// <summary>Bounded exchanges: a function comes in where the least worthy that make room for it are worth less, wherever those then go.</summary>
internal sealed class PlanSwaps(PlanFacts facts)
{
    private const int MostVictims = 8;
    private const int MostPasses = 4;

    private readonly int[] _wanting = new int[facts.Functions];
    private readonly double[] _wants = new double[facts.Functions];
    private readonly int[] _victims = new int[facts.Functions];
    private readonly double[] _losses = new double[facts.Functions];
    private readonly (int Home, byte Level)[] _before = new (int, byte)[MostVictims + 1];

    /// <summary>Looks at functions with most to win first, until <paramref name="effort"/> looks are spent.</summary>
    /// <param name="board">Changed in place; never to less worth.</param>
    /// <param name="gain">What comes in must be worth this much times what leaves; 1 for a plan that disturbs nothing.</param>
    /// <param name="effort">Looks left; counted down.</param>
    public void Run(PlanBoard board, double gain, ref long effort)
    {
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var any = false;
            var count = Wanting(board);

            for (var index = 0; index < count && effort > 0; index++)
            {
                any |= TryImprove(board, _wanting[index], gain, ref effort);
            }

            if (!any)
            {
                return;
            }
        }
    }

    private int Wanting(PlanBoard board)
    {
        var count = 0;

        for (var function = 0; function < facts.Functions; function++)
        {
            var most = facts.Probability[function] * facts.Saves(function, facts.Top(function));
            var has = board.Home[function] < 0 ? 0 : facts.Probability[function] * facts.Saves(function, board.Level[function]);

            if (most > has)
            {
                _wants[count] = has - most;
                _wanting[count++] = function;
            }
        }

        Array.Sort(_wants, _wanting, 0, count, Comparer<double>.Default);
        return count;
    }

    private bool TryImprove(PlanBoard board, int function, double gain, ref long effort)
    {
        for (var level = facts.Top(function); level >= 1; level--)
        {
            effort--;

            if (!facts.IsWorthIts(function, level))
            {
                continue;
            }

            for (var worker = board.NextAllowed(function, level, 0); worker < facts.Workers && effort > 0; worker = board.NextAllowed(function, level, worker + 1))
            {
                effort--;
                var wins = board.Worth(function, worker, level) - board.Worth(function);

                if (wins > 1e-9 && (board.Fits(worker, function, level) ? Take(board, function, worker, level) : TryExchange(board, function, worker, level, wins, gain, ref effort)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool Take(PlanBoard board, int function, int worker, int level)
    {
        board.Move(function, worker, level);
        return true;
    }

    private bool TryExchange(PlanBoard board, int function, int worker, int level, double wins, double gain, ref long effort)
    {
        var tier = PlanFacts.TierOf(level);
        var need = facts.Bytes(function, level) - board.Free[(worker * PlanBoard.Tiers) + tier];

        if (board.Home[function] == worker && PlanFacts.TierOf(board.Level[function]) == tier)
        {
            need -= facts.Bytes(function, board.Level[function]);
        }

        var count = Victims(board, function, worker, tier, ref effort);

        // First one that alone makes room at the least loss, then several by what a byte of them is worth.
        for (var single = 0; single < 2; single++)
        {
            if (single == 0 ? TryOne(board, count, need, function, worker, level, wins, gain, ref effort) : TrySeveral(board, count, need, function, worker, level, wins, gain, ref effort))
            {
                return true;
            }
        }

        return false;
    }

    private int Victims(PlanBoard board, int function, int worker, int tier, ref long effort)
    {
        var count = 0;

        for (var other = board.FirstAt(worker, tier); other >= 0; other = board.NextAt(other))
        {
            effort--;

            if (other != function && !facts.Request.Functions[other].Pinned)
            {
                _victims[count] = other;
                _losses[count++] = (board.Worth(other) - board.Worth(other, -1, 0)) / Math.Max(1, facts.Bytes(other, board.Level[other]));
            }
        }

        Array.Sort(_losses, _victims, 0, count, Comparer<double>.Default);
        return count;
    }

    private bool TryOne(PlanBoard board, int count, long need, int function, int worker, int level, double wins, double gain, ref long effort)
    {
        for (var index = 0; index < count; index++)
        {
            var victim = _victims[index];

            if (facts.Bytes(victim, board.Level[victim]) >= need && TryRemoving(board, [victim], function, worker, level, wins, gain, ref effort))
            {
                return true;
            }
        }

        return false;
    }

    private bool TrySeveral(PlanBoard board, int count, long need, int function, int worker, int level, double wins, double gain, ref long effort)
    {
        var taken = 0;
        var room = 0L;

        while (taken < Math.Min(count, MostVictims) && room < need)
        {
            room += facts.Bytes(_victims[taken], board.Level[_victims[taken]]);
            taken++;
        }

        return taken > 1 && room >= need && TryRemoving(board, _victims.AsSpan(0, taken), function, worker, level, wins, gain, ref effort);
    }

    private bool TryRemoving(PlanBoard board, ReadOnlySpan<int> victims, int function, int worker, int level, double wins, double gain, ref long effort)
    {
        var loss = 0.0;
        _before[victims.Length] = (board.Home[function], board.Level[function]);

        for (var index = 0; index < victims.Length; index++)
        {
            _before[index] = (board.Home[victims[index]], board.Level[victims[index]]);
            loss += board.Worth(victims[index]);
            board.Move(victims[index], -1, 0);
        }

        board.Move(function, worker, level);

        foreach (var victim in victims)
        {
            Settle(board, victim, ref effort);
            loss -= board.Worth(victim);
        }

        if (wins > (gain * loss) + 1e-9)
        {
            return true;
        }

        // Back as it was: all out first, since what fits depends on the order.
        foreach (var victim in victims)
        {
            board.Move(victim, -1, 0);
        }

        board.Move(function, _before[victims.Length].Home, _before[victims.Length].Level);

        for (var index = 0; index < victims.Length; index++)
        {
            board.Move(victims[index], _before[index].Home, _before[index].Level);
        }

        return false;
    }

    /// <summary>The best free place for one that had to go.</summary>
    private void Settle(PlanBoard board, int function, ref long effort)
    {
        for (var level = facts.Top(function); level >= 1; level--)
        {
            if (!facts.IsWorthIts(function, level))
            {
                continue;
            }

            for (var worker = board.NextAllowed(function, level, 0); worker < facts.Workers; worker = board.NextAllowed(function, level, worker + 1))
            {
                effort--;

                if (board.Fits(worker, function, level) && board.Worth(function, worker, level) > board.Worth(function) + 1e-9)
                {
                    board.Move(function, worker, level);
                }
            }
        }
    }
}
