namespace LoraFaaS.Policies.Batching;

/// <summary>
/// Fills one step: every decoding sequence gets its token, and prefill chunks fill the rest, each in order of due instant, then arrival
/// (continuous batching after Orca, OSDI 2022, with chunked prefill after Sarathi-Serve, OSDI 2024). When pages run out the
/// last in that order loses its own and is computed again later; a parked one loses them first, since nobody waits for its next token.
/// Pure: the same sequences give the same plan. One instance keeps its working memory, so that planning allocates nothing in steady state.
/// </summary>
public sealed class StepPlanner
{
    private readonly StepPlan _plan = new();
    private readonly List<StepSequence> _order = [];
    private Fate[] _fates = [];
    private int[] _taken = [];
    private StepLimits _limits;
    private int _free;
    private int _tokens;

    public StepPlan Plan(ReadOnlySpan<StepSequence> sequences, StepLimits limits)
    {
        Reset(sequences, limits);
        PlanDecodes();
        PlanPrefills();
        PlanAdmissions();

        return _plan;
    }

    private void Reset(ReadOnlySpan<StepSequence> sequences, StepLimits limits)
    {
        _plan.Clear();
        _order.Clear();
        _order.AddRange(sequences);
        _order.Sort(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Arrival.CompareTo(b.Arrival));

        if (_fates.Length < _order.Count)
        {
            _fates = new Fate[_order.Count * 2];
            _taken = new int[_order.Count * 2];
        }

        Array.Clear(_fates);
        Array.Clear(_taken);
        (_limits, _free, _tokens) = (limits, limits.FreePages, limits.MaxTokens);
    }

    private void PlanDecodes()
    {
        for (var i = 0; i < _order.Count && HasRoom; i++)
        {
            if (_fates[i] is Fate.Open && _order[i] is { HasCredit: true, IsDecoding: true })
            {
                Run(i, tokens: 1);
            }
        }
    }

    private void PlanPrefills()
    {
        for (var i = 0; i < _order.Count && HasRoom; i++)
        {
            if (_fates[i] is Fate.Open && _order[i] is { HasCredit: true, IsRunning: true, IsDecoding: false })
            {
                Run(i, Math.Min(_order[i].Pending, _tokens));
            }
        }
    }

    /// <summary>
    /// Lets waiting sequences in while the pages for all they have to compute, and for all that running prefills still have to, are there:
    /// whoever is let in on less would soon be preempted again. The first that does not fit stops the search, so a
    /// long prompt is not overtaken for ever by short ones.
    /// </summary>
    private void PlanAdmissions()
    {
        var promised = PromisedPages();

        for (var i = 0; i < _order.Count && HasRoom; i++)
        {
            var sequence = _order[i];

            if (_fates[i] is not Fate.Open || sequence.IsRunning || !sequence.HasCredit)
            {
                continue;
            }

            var wanted = _limits.PagesFor(sequence.Tokens);

            if (_free - promised < wanted)
            {
                _plan.Lack(wanted - (_free - promised));
            }

            while (_free - promised < wanted && TryTakeFromParked())
            {
            }

            if (_free - promised < wanted)
            {
                if (IsAlone(i))
                {
                    GiveUp(i);
                    continue;
                }

                return;
            }

            var tokens = Math.Min(sequence.Pending, _tokens);
            promised += wanted - _limits.PagesFor(tokens);
            Run(i, tokens);
        }
    }

    private bool HasRoom => _tokens > 0 && _plan.Rows.Count < _limits.MaxSequences;

    /// <summary>Gives a sequence its row, taking pages from others where needed; when nobody later has any, it loses its own.</summary>
    private void Run(int index, int tokens)
    {
        var sequence = _order[index];
        var pages = Math.Max(0, _limits.PagesFor(sequence.Computed + tokens) - sequence.Pages);

        if (_free < pages)
        {
            _plan.Lack(pages - _free);
        }

        while (_free < pages)
        {
            if (TryTakeFromParked() || TryTakeFromLast(after: index))
            {
                continue;
            }

            if (IsAlone(index))
            {
                GiveUp(index);
            }
            else
            {
                Preempt(index);
            }

            return;
        }

        _free -= pages;
        _tokens -= tokens;
        _taken[index] = pages;
        _fates[index] = Fate.Runs;
        _plan.Add(new StepRow(sequence.Key, tokens, pages));
    }

    private bool TryTakeFromParked()
    {
        for (var i = _order.Count - 1; i >= 0; i--)
        {
            if (_fates[i] is Fate.Open && _order[i] is { HasCredit: false, Pages: > 0 })
            {
                Preempt(i);
                return true;
            }
        }

        return false;
    }

    private bool TryTakeFromLast(int after)
    {
        for (var i = _order.Count - 1; i > after; i--)
        {
            if (_fates[i] is Fate.Open && _order[i].Pages > 0)
            {
                Preempt(i);
                return true;
            }
        }

        return false;
    }

    private void Preempt(int index)
    {
        _free += _order[index].Pages;
        _fates[index] = Fate.Preempted;
        _plan.Preempt(_order[index].Key);
    }

    private void GiveUp(int index)
    {
        _free += _order[index].Pages;
        _fates[index] = Fate.GivenUp;
        _plan.GiveUp(_order[index].Key);
    }

    /// <summary>Nobody but perhaps this one holds a page, so waiting for others would be waiting for nothing.</summary>
    private bool IsAlone(int index)
    {
        for (var i = 0; i < _order.Count; i++)
        {
            if (i != index && _order[i].Pages + _taken[i] > 0 && _fates[i] is Fate.Open or Fate.Runs)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Pages that prefills already under way have yet to take after this step.</summary>
    private int PromisedPages()
    {
        var promised = 0;

        for (var i = 0; i < _order.Count; i++)
        {
            if (_order[i] is { IsRunning: true, IsDecoding: false, HasCredit: true } && _fates[i] is Fate.Open or Fate.Runs)
            {
                promised += Math.Max(0, _limits.PagesFor(_order[i].Tokens) - _order[i].Pages - _taken[i]);
            }
        }

        return promised;
    }

    private enum Fate
    {
        Open = 0,
        Runs,
        Preempted,
        GivenUp,
    }
}
