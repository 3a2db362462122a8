using System.Runtime.InteropServices;
using LoraFaaS.Policies.Fairness;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Worker.Turns;

/// <summary>
/// Whose turns run, who follows, and what each namespace had. Sandboxes only speak through their words, and whatever a word says, nobody's grant but its own
/// owner's depends on it: the worst that a lying sandbox gets is to be passed over. Belongs to the arbiter's thread; waits for nothing.
/// </summary>
/// <param name="limit">Longest a turn that others wait for may be kept.</param>
/// <param name="quantum">How long a turn of several steps goes on.</param>
/// <param name="capacity">Threads of the device.</param>
/// <param name="lanes">Most sandboxes that step at once.</param>
/// <param name="processors">Of the machine.</param>
/// <param name="time">The clock of charges and promises.</param>
/// <param name="overrun">Told who kept its turn beyond the limit, and for how long.</param>
internal sealed class TurnTable(TimeSpan limit, TimeSpan quantum, int capacity, int lanes, int processors, TimeProvider time, Action<string, TimeSpan> overrun)
{
    /// <summary>Device seconds, by weight, that a namespace may be ahead of the least served and still go first for its margin's sake: a few steps.</summary>
    private const double Lead = 0.1;

    /// <summary>Most that one may fall behind by what it is charged: it gets a turn again after so many seconds of the others.</summary>
    private const double Floor = 1;

    private readonly ServedCost<string> _served = new(Floor);
    private readonly List<TurnSlot> _slots = [];
    private readonly List<TurnSeeker> _seekers = [];
    private readonly List<TurnNeighbour> _neighbours = [];
    private readonly TurnLanes _lanes = new(capacity, lanes, processors);
    private uint _lastTurn;

    public IReadOnlyList<TurnSlot> Slots => _slots;

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

        foreach (var lane in _lanes.All)
        {
            if (lane.Holder == slot)
            {
                EndTurn(lane, time.GetTimestamp());
            }

            if (lane.Next == slot)
            {
                lane.Next = null;
            }
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

        foreach (var lane in _lanes.All)
        {
            FollowHolder(lane, now);
        }

        foreach (var lane in _lanes.All)
        {
            if (lane.Holder is null)
            {
                Promote(lane, now);
            }
        }

        TimeSpan? wake = null;

        foreach (var lane in _lanes.All)
        {
            if (lane.Holder is not null && Contend(lane, now) is { } again && !(wake < again))
            {
                wake = again;
            }
        }

        return wake;
    }

    /// <summary>Has the one whose turn it was given it back, or lost it?</summary>
    private void FollowHolder(TurnLane lane, long now)
    {
        if (lane.Holder is not { } holder)
        {
            return;
        }

        var word = holder.Seen;

        if (word.IsRunning(holder.Turn))
        {
            // One with a standing turn harms nobody; only who is waited for has a limit.
            if (lane.IsContended && time.GetElapsedTime(lane.Since, now) is var held && held > limit)
            {
                overrun(holder.Owner, held);
                holder.Grant(default);
                EndTurn(lane, now);
            }

            return;
        }

        var keeps = word.Phase is TurnPhase.Resting && word.Turn == holder.Turn;
        var comes = word.Phase is TurnPhase.Waiting && word.Turn != holder.Turn && time.GetElapsedTime(lane.Since, now) <= limit;

        if (keeps || comes)
        {
            return;
        }

        // A grant that was not taken up must not be found later; it may be taken up at this very moment.
        holder.Grant(default);
        holder.Read(now);

        if (!holder.Seen.IsRunning(holder.Turn))
        {
            EndTurn(lane, now);
        }
    }

    private void EndTurn(TurnLane lane, long now)
    {
        var holder = lane.Holder!;

        if (lane.IsContended)
        {
            _served.Charge(holder.Owner, time.GetElapsedTime(lane.Since, now).TotalSeconds * holder.Threads / _lanes.Capacity, holder.Weight);
        }

        holder.EndHold(time.GetElapsedTime(holder.HoldsSince, now));
        lane.IsContended = false;
        lane.Holder = null;
    }

    /// <summary>The named one, who may have taken over by itself already; else whoever the policy chooses.</summary>
    private void Promote(TurnLane lane, long now)
    {
        if (lane.Next is { } next)
        {
            lane.Next = null;
            next.Read(now);

            // One whose step is shorter than our own waking may have had the turn, and ended it, by now.
            var awaits = next.Seen.Phase is TurnPhase.Waiting && next.Seen.Turn != lane.NextTurn;

            if (awaits || next.Seen.IsRunning(lane.NextTurn))
            {
                Give(lane, next, lane.NextTurn, now);
                next.Follow(default);
                return;
            }

            next.Follow(default);
        }

        if (Choose(now) is not { } chosen || _lanes.ThreadsBeside(CountSeekers() - 1) is not (> 0 and var threads))
        {
            return;
        }

        // Named to follow in another lane, it may take over there at this very moment: then there is a change to be seen, and this lane is looked at again.
        if (_lanes.Naming(chosen) is not { } named || TryUnname(named, now))
        {
            chosen.Threads = threads;
            Give(lane, chosen, NewTurn(), now);
        }
    }

    private void Give(TurnLane lane, TurnSlot slot, uint turn, long now)
    {
        (slot.Turn, slot.Spins) = (turn, false);
        lane.Holder = slot;
        lane.Since = now;
        slot.BeginHold(now);
        Limit(slot, now);
        slot.Grant(new TurnGrant(turn, Standing: CountSeekers() == 0));

        if (!slot.Seen.IsRunning(turn))
        {
            slot.Ring();
        }
    }

    /// <summary>With others waiting the turn ends with its step, and the next is named; with none it stands.</summary>
    private TimeSpan? Contend(TurnLane lane, long now)
    {
        var holder = lane.Holder!;
        var (isAlone, isWanted) = (_lanes.Holders == 1, CountSeekers() > 0);

        if (isAlone && !isWanted)
        {
            holder.Threads = _lanes.Capacity;
        }

        Limit(holder, now);

        // One that rests holds no part of the device that another could use.
        if (holder.Seen.Phase is TurnPhase.Resting && !(isAlone && !isWanted))
        {
            return TakeBack(lane, now);
        }

        if (!isWanted)
        {
            if (!holder.Granted.Standing)
            {
                holder.Grant(holder.Granted with { Standing = true });
            }

            lane.IsContended = false;
            return null;
        }

        if (!lane.IsContended)
        {
            (lane.IsContended, lane.Since) = (true, now);
        }

        if (holder.Granted.Standing)
        {
            holder.Grant(holder.Granted with { Standing = false });
        }

        Name(lane, now);
        var left = limit - time.GetElapsedTime(lane.Since, now);
        return left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>A standing turn that nobody uses. Its sandbox may begin a step at this very moment: each side writes, then reads what the other wrote.</summary>
    private TimeSpan? TakeBack(TurnLane lane, long now)
    {
        var holder = lane.Holder!;
        holder.Grant(default);
        holder.Read(now);

        if (!holder.Seen.IsRunning(holder.Turn))
        {
            EndTurn(lane, now);
            Promote(lane, now);
        }

        return TimeSpan.Zero;
    }

    private void Name(TurnLane lane, long now)
    {
        if (Choose(now, lane) is not { } chosen || chosen == lane.Next || (lane.Next is not null && !TryUnname(lane, now)))
        {
            return;
        }

        var holder = lane.Holder!;
        chosen.Spins = _lanes.MaySpin(holder);
        (lane.Next, lane.NextTurn) = (chosen, NewTurn());

        // The one that it follows may come again at once.
        chosen.Threads = Math.Min(holder.Threads, _lanes.Share);

        if (holder.IsJoined && chosen.TryShow(holder))
        {
            Limit(chosen, now);
            chosen.Follow(new Succession(holder.Index, holder.Turn, lane.NextTurn));
            chosen.Ring();
        }
    }

    /// <summary>
    /// One who presses more has come since it was named: behind both this step and the named one's a short promise would break. It may take over at this very moment: each side
    /// writes, then reads what the other wrote. Where both give way it is still the named one, and is granted its turn.
    /// </summary>
    private static bool TryUnname(TurnLane lane, long now)
    {
        var named = lane.Next!;
        named.Spins = false;
        named.Follow(default);
        named.Read(now);

        if (named.Seen.Turn == lane.NextTurn)
        {
            return false;
        }

        lane.Next = null;
        return true;
    }

    /// <param name="now">As of this instant.</param>
    /// <param name="forLane">Whoever is named in another lane than this one is left there; null: is not.</param>
    private TurnSlot? Choose(long now, TurnLane? forLane = null)
    {
        _seekers.Clear();

        for (var i = 0; i < _slots.Count; i++)
        {
            var slot = _slots[i];

            if (IsSeeking(slot) && (forLane is null || _lanes.Naming(slot) is not { } naming || naming == forLane))
            {
                _seekers.Add(new TurnSeeker(i, Margin(slot, now), _served.Of(slot.Owner), time.GetElapsedTime(slot.WaitingSince, now)));
            }
        }

        var chosen = TurnPolicy.Choose(CollectionsMarshal.AsSpan(_seekers), Lead);
        return chosen < 0 ? null : _slots[_seekers[chosen].Slot];
    }

    private TimeSpan Margin(TurnSlot slot, long now) => slot.Due(now) is not long.MaxValue and var due ? time.GetElapsedTime(now, due) : TimeSpan.MaxValue;

    /// <summary>Says how long this one may take and with how many threads, as far as that has changed.</summary>
    private void Limit(TurnSlot slot, long now)
    {
        _neighbours.Clear();

        foreach (var other in _slots)
        {
            if (other != slot)
            {
                _neighbours.Add(new TurnNeighbour(IsSeeking(other), Margin(other, now), other.Promised));
            }
        }

        var others = CollectionsMarshal.AsSpan(_neighbours);
        var step = TurnSlicePolicy.Step(others, slot.Promised) is { } longest ? (uint)longest.TotalMicroseconds : 0;
        slot.Limit(new TurnSlice(step, (uint)TurnSlicePolicy.Turn(others, quantum).TotalMicroseconds, slot.Threads, slot.Spins));
    }

    /// <summary>It wants a turn and was given none that it may still take up.</summary>
    private bool IsSeeking(TurnSlot slot) => slot.Seen.Phase is TurnPhase.Waiting && !_lanes.Holds(slot);

    private int CountSeekers()
    {
        var count = 0;

        foreach (var slot in _slots)
        {
            count += IsSeeking(slot) ? 1 : 0;
        }

        return count;
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
