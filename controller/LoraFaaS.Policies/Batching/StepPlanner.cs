namespace LoraFaaS.Policies.Batching;

/// <summary>
/// Fills one step: every decoding sequence gets its token in order of due instant, then arrival, and prefill chunks share the rest
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
    private int[] _granted = [];
    private StepLimits _limits;
    private int _free;
    private int _tokens;
    private int _seats;

    public StepPlan Plan(ReadOnlySpan<StepSequence> sequences, StepLimits limits)
    {
        Reset(sequences, limits);

        if (!limits.DecodesWait)
        {
            PlanDecodes();
        }

        PlanPrefills();

        // Whom decodes make room for must not take their pages: without enough for both, nobody waits.
        return limits.DecodesWait && (_plan.PagesShort > 0 || _plan.Rows.Count == 0) ? Plan(sequences, limits with { DecodesWait = false }) : _plan;
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
            _granted = new int[_order.Count * 2];
        }

        Array.Clear(_fates);
        Array.Clear(_taken);
        Array.Clear(_granted);
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

    /// <summary>Whose rows the next step has.</summary>
    private int Decoding()
    {
        var count = 0;

        foreach (var sequence in _order)
        {
            count += sequence is { HasCredit: true, IsDecoding: true } ? 1 : 0;
        }

        return count;
    }

    /// <summary>
    /// Deals what is left of the step's tokens to prompts. Half goes by due instant, so that a long prompt keeps moving; half to whoever has least
    /// left, so that a short one does not wait behind it; what either half leaves over goes by due instant again.
    /// </summary>
    private void PlanPrefills()
    {
        if (_plan.Rows.Count > 0)
        {
            _tokens = Math.Min(_tokens, _limits.BesideDecodes);
        }

        _seats = _limits.MaxSequences - (_limits.DecodesWait ? Decoding() : _plan.Rows.Count);

        if (!HasRoom)
        {
            return;
        }

        Admit();
        var half = (_tokens + 1) / 2;
        var left = DealByDue(half) + _tokens - half;
        DealByDue(DealToShortest(left));

        for (var i = 0; i < _order.Count; i++)
        {
            if (_granted[i] > 0 && IsPrompt(i))
            {
                Run(i, _granted[i]);
            }
        }
    }

    /// <summary>
    /// Lets waiting sequences in while the pages for all they have to compute, and for all that running prefills still have to, are there:
    /// whoever is let in on less would soon be preempted again. The first that does not fit stops the search, so a
    /// long prompt is not overtaken for ever by short ones.
    /// </summary>
    private void Admit()
    {
        var promised = PromisedPages();
        var unwanted = _tokens - PromptTokens();
        var admitted = 0;

        for (var i = 0; i < _order.Count && admitted < _seats; i++)
        {
            if (_fates[i] is not Fate.Open || _order[i].IsRunning || !_order[i].HasCredit)
            {
                continue;
            }

            var wanted = _limits.PagesFor(_order[i].Tokens);

            if (_free - promised < wanted && unwanted > 0)
            {
                _plan.Lack(wanted - (_free - promised));
            }

            // A parked sequence's work is not thrown away for one that would only share tokens which running prompts want as well.
            while (_free - promised < wanted && unwanted > 0 && TryTakeFromParked())
            {
            }

            if (_free - promised >= wanted)
            {
                promised += wanted;
                unwanted -= _order[i].Pending;
                admitted++;
                _fates[i] = Fate.Admitted;
            }
            else if (admitted == 0 && IsAlone(i))
            {
                GiveUp(i);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Tokens that prompts already under way have yet to run.</summary>
    private long PromptTokens()
    {
        var tokens = 0L;

        for (var i = 0; i < _order.Count; i++)
        {
            tokens += IsPrompt(i) ? _order[i].Pending : 0;
        }

        return tokens;
    }

    /// <summary>Answers what nobody wanted of the amount.</summary>
    private int DealByDue(int amount)
    {
        for (var i = 0; i < _order.Count && amount > 0; i++)
        {
            if (IsPrompt(i))
            {
                amount -= Grant(i, amount);
            }
        }

        return amount;
    }

    private int DealToShortest(int amount)
    {
        while (amount > 0)
        {
            var shortest = -1;

            for (var i = 0; i < _order.Count; i++)
            {
                if (IsPrompt(i) && WantedBy(i) > 0 && (shortest < 0 || WantedBy(i) < WantedBy(shortest)))
                {
                    shortest = i;
                }
            }

            if (shortest < 0)
            {
                return amount;
            }

            amount -= Grant(shortest, amount);
        }

        return amount;
    }

    private int Grant(int index, int most)
    {
        var tokens = Math.Min(most, WantedBy(index));

        if (tokens > 0 && _granted[index] == 0)
        {
            _seats--;
        }

        _granted[index] += tokens;
        return tokens;
    }

    /// <summary>Tokens it could still use in this step: none when all rows are taken.</summary>
    private int WantedBy(int index) => _granted[index] > 0 || _seats > 0 ? _order[index].Pending - _granted[index] : 0;

    private bool IsPrompt(int index) =>
        _fates[index] is Fate.Admitted || (_fates[index] is Fate.Open && _order[index] is { HasCredit: true, IsRunning: true, IsDecoding: false });

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
        Admitted,
        Runs,
        Preempted,
        GivenUp,
    }
}
