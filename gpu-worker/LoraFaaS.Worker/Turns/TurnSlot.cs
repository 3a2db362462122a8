using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Worker.Turns;

/// <summary>One sandbox at the arbiter: its two pages, and what the arbiter's thread knows of it. Everything without a note belongs to that thread.</summary>
internal sealed class TurnSlot(int index, string owner, SharedPage grant, SharedPage word, Func<int, SharedPage, bool> show) : IDisposable
{
    private long _due = long.MaxValue;
    private double _weight = 1;
    private long _heldTicks;
    private long _holdsSince;

    public int Index { get; } = index;

    /// <summary>Who is charged for its turns: the namespace.</summary>
    public string Owner { get; } = owner;

    /// <summary>Its word as last read.</summary>
    public TurnWord Seen { get; private set; }

    /// <summary>The turn it was last granted.</summary>
    public uint Turn { get; set; }

    public TurnGrant Granted { get; private set; }

    /// <summary>It has mapped its pages, and nobody else can become a writer of them.</summary>
    public bool IsJoined { get; set; }

    /// <summary>Counted among the active of its owner.</summary>
    public bool IsActive { get; set; }

    public long WaitingSince { get; private set; }

    /// <summary>Time that it had the turn, the present one not counted. Written by the arbiter, read by whoever judges what it computes.</summary>
    public TimeSpan HeldBefore => TimeSpan.FromTicks(Volatile.Read(ref _heldTicks));

    /// <summary>When its present turn began, by the worker's clock; 0: it has none.</summary>
    public long HoldsSince => Volatile.Read(ref _holdsSince);

    /// <summary>Slots whose words it has been shown.</summary>
    public HashSet<int> Shown { get; } = [];

    public SharedPage WordPage => word;

    /// <summary>When its most pressing first token is due, on the worker's monotonic clock. Written by the invocations' flows, read by the arbiter.</summary>
    public long Due
    {
        get => Volatile.Read(ref _due);
        set => Volatile.Write(ref _due, value);
    }

    /// <summary>As <see cref="Due"/>.</summary>
    public double Weight
    {
        get => Volatile.Read(ref _weight);
        set => Volatile.Write(ref _weight, value);
    }

    public void Read(long now)
    {
        var before = Seen.Phase;
        Seen = TurnWord.Of(word.Read(TurnPages.Word));

        if (Seen.Phase is TurnPhase.Waiting && before is not TurnPhase.Waiting)
        {
            WaitingSince = now;
        }
    }

    /// <summary>Quietly: one that waits must be rung as well.</summary>
    public void Grant(TurnGrant granted)
    {
        Granted = granted;
        grant.WriteLong(TurnPages.Grant, granted.Bits);
    }

    public void BeginHold(long now) => Volatile.Write(ref _holdsSince, Math.Max(1, now));

    public void EndHold(TimeSpan held)
    {
        Volatile.Write(ref _heldTicks, _heldTicks + held.Ticks);
        Volatile.Write(ref _holdsSince, 0);
    }

    public void Follow(Succession succession) => grant.WriteLong(TurnPages.Succession, succession.Bits);

    public void Ring() => grant.Ring(TurnPages.Signal);

    /// <summary>True when it has, or will have, the other's word before its eyes.</summary>
    public bool TryShow(TurnSlot other) => Shown.Contains(other.Index) || (show(other.Index, other.WordPage) && Shown.Add(other.Index));

    public void Dispose()
    {
        grant.Dispose();
        word.Dispose();
    }
}
