using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Worker.Turns;

/// <summary>The turns that run at once, and what of the device they take together. Belongs to the arbiter's thread.</summary>
/// <param name="capacity">Threads of the device.</param>
/// <param name="most">Sandboxes that step at once.</param>
/// <param name="processors">Of the machine.</param>
internal sealed class TurnLanes(int capacity, int most, int processors)
{
    private readonly TurnLane[] _lanes = [.. Enumerable.Range(0, Math.Max(1, Math.Min(most, capacity))).Select(_ => new TurnLane())];

    public ReadOnlySpan<TurnLane> All => _lanes;

    public int Capacity => capacity;

    /// <summary>Threads of one sandbox among several.</summary>
    public int Share => TurnLanePolicy.Share(capacity, _lanes.Length);

    public int Holders
    {
        get
        {
            var count = 0;

            foreach (var lane in _lanes)
            {
                count += lane.Holder is not null ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Threads for a turn that is given now; 0: none is.</summary>
    /// <param name="others">Who else waits.</param>
    public int ThreadsBeside(int others)
    {
        var taken = 0;

        foreach (var lane in _lanes)
        {
            taken += lane.Holder?.Threads ?? 0;
        }

        return TurnLanePolicy.Threads(capacity, _lanes.Length, Holders, taken, others);
    }

    /// <summary>Whether one that is to follow may spin for the end of a turn.</summary>
    public bool MaySpin(TurnSlot before)
    {
        var spinning = 0;

        foreach (var lane in _lanes)
        {
            spinning += lane.Next is { Spins: true } ? 1 : 0;
        }

        return TurnSpinPolicy.Spins(processors, capacity, spinning, before.LastTurn);
    }

    public bool Holds(TurnSlot slot)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Holder == slot)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where it is named to follow.</summary>
    public TurnLane? Naming(TurnSlot slot)
    {
        foreach (var lane in _lanes)
        {
            if (lane.Next == slot)
            {
                return lane;
            }
        }

        return null;
    }
}
