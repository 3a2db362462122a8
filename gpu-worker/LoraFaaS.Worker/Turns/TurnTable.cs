using LoraFaaS.Policies.Fairness;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Worker.Turns;

/// <summary>
/// Whose turn it is, whose is next, and what each namespace had. Sandboxes only speak through their words, and whatever a word says, nobody's grant but its own
/// owner's depends on it: the worst that a lying sandbox gets is to be passed over. Belongs to the arbiter's thread; waits for nothing.
/// </summary>
internal sealed class TurnTable(TimeSpan limit, TimeProvider time, Action<string, TimeSpan> overrun)
{
    /// <summary>Device seconds, by weight, that a namespace may be ahead of the least served and still go first for its margin's sake: a few steps.</summary>
    private const double Lead = 0.1;

    /// <summary>Most that one may fall behind by what it is charged: it gets a turn again after so many seconds of the others.</summary>
    private const double Floor = 1;

    private readonly ServedCost<string> _served = new(Floor);
    private readonly List<TurnSlot> _slots = [];
    private readonly List<TurnSeeker> _seekers = [];
    private readonly List<TurnNeighbour> _neighbours = [];
    private TurnSlot? _holder;
    private TurnSlot? _next;
    private uint _nextTurn;
    private uint _lastTurn;
    private bool _contended;
    private long _since;

    public IReadOnlyList<TurnSlot> Slots => _slots;

    /// <summary>Who has the turn, as far as was seen; for tests.</summary>
    internal TurnSlot? Holder => _holder;

    public void Add(TurnSlot slot) => _slots.Add(slot);

    public void Remove(TurnSlot slot)
    {
        _slots.Remove(slot);
        SetActive(slot, false);

        foreach (var other in _slots)
        {
            // Whoever comes in its place has another page.
            other.Shown.Remove(slot.Index);
        }

        if (_holder == slot)
        {
            EndTurn(time.GetTimestamp());
        }

        if (_next == slot)
        {
            _next = null;
        }

        slot.Dispose();
    }

    public void Charge(string owner, double seconds) => _served.Charge(owner, seconds, 1);

    /// <summary>Nobody arbitrates any more.</summary>
    public void FreeAll()
    {
        foreach (var slot in _slots)
        {
            slot.Grant(new TurnGrant(0, Standing: false, Free: true));
            slot.Ring();
        }
    }

    /// <summary>Looks at all words and grants what is due. Answers when to look again even if no word changes; null: only then.</summary>
    public TimeSpan? Decide()
    {
        var now = time.GetTimestamp();

        foreach (var slot in _slots)
        {
            slot.Read(now);
            SetActive(slot, slot.Seen.Phase is TurnPhase.Waiting or TurnPhase.Running);
        }

        FollowHolder(now);

        if (_holder is null)
        {
            Promote(now);
        }

        return _holder is null ? null : Contend(now);
    }

    /// <summary>Has the one whose turn it was given it back, or lost it?</summary>
    private void FollowHolder(long now)
    {
        if (_holder is not { } holder)
        {
            return;
        }

        var word = holder.Seen;

        if (word.IsRunning(holder.Turn))
        {
            // One with a standing turn harms nobody; only who is waited for has a limit.
            if (_contended && time.GetElapsedTime(_since, now) is var held && held > limit)
            {
                overrun(holder.Owner, held);
                holder.Grant(default);
                EndTurn(now);
            }

            return;
        }

        var keeps = word.Phase is TurnPhase.Resting && word.Turn == holder.Turn;
        var comes = word.Phase is TurnPhase.Waiting && word.Turn != holder.Turn && time.GetElapsedTime(_since, now) <= limit;

        if (keeps || comes)
        {
            return;
        }

        // A grant that was not taken up must not be found later; it may be taken up at this very moment.
        holder.Grant(default);
        holder.Read(now);

        if (!holder.Seen.IsRunning(holder.Turn))
        {
            EndTurn(now);
        }
    }

    private void EndTurn(long now)
    {
        if (_contended)
        {
            _served.Charge(_holder!.Owner, time.GetElapsedTime(_since, now).TotalSeconds, _holder.Weight);
        }

        _holder!.EndHold(time.GetElapsedTime(_holder.HoldsSince, now));
        _contended = false;
        _holder = null;
    }

    /// <summary>The named one, who may have taken over by itself already; else whoever the policy chooses.</summary>
    private void Promote(long now)
    {
        if (_next is { } next)
        {
            _next = null;
            next.Read(now);

            // One whose step is shorter than our own waking may have had the turn, and ended it, by now.
            var awaits = next.Seen.Phase is TurnPhase.Waiting && next.Seen.Turn != _nextTurn;

            if (awaits || next.Seen.IsRunning(_nextTurn))
            {
                Give(next, _nextTurn, now);
                next.Follow(default);
                return;
            }

            next.Follow(default);
        }

        if (Choose(now) is { } chosen)
        {
            Give(chosen, NewTurn(), now);
        }
    }

    private void Give(TurnSlot slot, uint turn, long now)
    {
        slot.Turn = turn;
        Limit(slot, now);
        slot.Grant(new TurnGrant(turn, Standing: !OthersWait(slot)));
        _holder = slot;
        _holder.BeginHold(now);
        _since = now;

        if (!slot.Seen.IsRunning(turn))
        {
            slot.Ring();
        }
    }

    /// <summary>With others waiting the turn ends with its step, and the next is named; with none it stands.</summary>
    private TimeSpan? Contend(long now)
    {
        var holder = _holder!;

        Limit(holder, now);

        if (!OthersWait(holder))
        {
            if (!holder.Granted.Standing)
            {
                holder.Grant(holder.Granted with { Standing = true });
            }

            _contended = false;
            return null;
        }

        if (!_contended)
        {
            (_contended, _since) = (true, now);
        }

        if (holder.Seen.Phase is TurnPhase.Resting)
        {
            return TakeBack(holder, now);
        }

        if (holder.Granted.Standing)
        {
            holder.Grant(holder.Granted with { Standing = false });
        }

        Name(holder, now);
        var left = limit - time.GetElapsedTime(_since, now);
        return left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>A standing turn that nobody uses. Its sandbox may begin a step at this very moment: each side writes, then reads what the other wrote.</summary>
    private TimeSpan? TakeBack(TurnSlot holder, long now)
    {
        holder.Grant(default);
        holder.Read(now);

        if (!holder.Seen.IsRunning(holder.Turn))
        {
            EndTurn(now);
            Promote(now);
        }

        return TimeSpan.Zero;
    }

    private void Name(TurnSlot holder, long now)
    {
        if (Choose(now) is not { } chosen || chosen == _next || (_next is { } named && !TryUnname(named, now)))
        {
            return;
        }

        (_next, _nextTurn) = (chosen, NewTurn());

        if (holder.IsJoined && chosen.TryShow(holder))
        {
            Limit(chosen, now);
            chosen.Follow(new Succession(holder.Index, holder.Turn, _nextTurn));
            chosen.Ring();
        }
    }

    /// <summary>
    /// One who presses more has come since it was named: behind both this step and the named one's a short promise would break. It may take over at this very moment: each side
    /// writes, then reads what the other wrote. Where both give way it is still the named one, and is granted its turn.
    /// </summary>
    private bool TryUnname(TurnSlot named, long now)
    {
        named.Follow(default);
        named.Read(now);

        if (named.Seen.Turn == _nextTurn)
        {
            return false;
        }

        _next = null;
        return true;
    }

    private TurnSlot? Choose(long now)
    {
        _seekers.Clear();

        for (var i = 0; i < _slots.Count; i++)
        {
            var slot = _slots[i];

            if (slot != _holder && slot.Seen.Phase is TurnPhase.Waiting)
            {
                _seekers.Add(new TurnSeeker(i, Margin(slot, now), _served.Of(slot.Owner), time.GetElapsedTime(slot.WaitingSince, now)));
            }
        }

        var chosen = TurnPolicy.Choose(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_seekers), Lead);
        return chosen < 0 ? null : _slots[_seekers[chosen].Slot];
    }

    private TimeSpan Margin(TurnSlot slot, long now) => slot.Due(now) is not long.MaxValue and var due ? time.GetElapsedTime(now, due) : TimeSpan.MaxValue;

    /// <summary>Says how long this one may take, as far as that has changed.</summary>
    private void Limit(TurnSlot slot, long now)
    {
        _neighbours.Clear();

        foreach (var other in _slots)
        {
            if (other != slot)
            {
                _neighbours.Add(new TurnNeighbour(other.Seen.Phase is TurnPhase.Waiting, Margin(other, now), other.Promised));
            }
        }

        var others = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_neighbours);
        var step = TurnSlicePolicy.Step(others) is { } longest ? (uint)longest.TotalMicroseconds : 0;
        slot.Limit(new TurnSlice(step, (uint)TurnSlicePolicy.Turn(others).TotalMicroseconds));
    }

    private bool OthersWait(TurnSlot slot)
    {
        foreach (var other in _slots)
        {
            if (other != slot && other.Seen.Phase is TurnPhase.Waiting)
            {
                return true;
            }
        }

        return false;
    }

    private uint NewTurn() => _lastTurn = TurnNumber.After(_lastTurn);

    private void SetActive(TurnSlot slot, bool isActive)
    {
        if (slot.IsActive == isActive)
        {
            return;
        }

        slot.IsActive = isActive;

        if (isActive)
        {
            _served.Enter(slot.Owner);
            return;
        }

        _served.Leave(slot.Owner);
    }
}
