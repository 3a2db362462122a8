using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Worker.Turns;

/// <summary>One sandbox at the arbiter: its two pages, and what the arbiter's thread knows of it. Everything without a note belongs to that thread.</summary>
internal sealed class TurnSlot(int index, string owner, SharedPage grant, SharedPage word, Func<int, SharedPage, bool> show, TimeProvider time) : IDisposable
{
    /// <summary>So long after its last promise a sandbox is expected to make another.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long[] _dues = [];
    private TimeSpan? _promised;
    private long _promisedAt;
    private double _weight = 1;
    private long _heldTicks;
    private long _holdsSince;
    private bool _isGone;

    public int Index { get; } = index;

    /// <summary>Who is charged for its turns: the namespace.</summary>
    public string Owner { get; } = owner;

    /// <summary>Its word as last read.</summary>
    public TurnWord Seen { get; private set; }

    /// <summary>The turn it was last granted.</summary>
    public uint Turn { get; set; }

    /// <summary>Threads that its turn has, or that the turn it is named for will have.</summary>
    public int Threads { get; set; }

    /// <summary>While it is named to follow it may spin.</summary>
    public bool Spins { get; set; }

    /// <summary>How long its last turn was; null: it had none yet.</summary>
    public TimeSpan? LastTurn { get; private set; }

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

    /// <summary>When its next tokens are due, on the worker's monotonic clock, in order. Never changed, only replaced: by the invocations' flows, for the arbiter to read.</summary>
    public long[] Dues
    {
        get => Volatile.Read(ref _dues);
        set => Volatile.Write(ref _dues, value);
    }

    /// <summary>As <see cref="Dues"/>.</summary>
    public double Weight
    {
        get => Volatile.Read(ref _weight);
        set => Volatile.Write(ref _weight, value);
    }

    /// <summary>The most pressing of its promises that can still be kept; of those that cannot, the latest; long.MaxValue: it has made none.</summary>
    public long Due(long now)
    {
        var dues = Dues;

        foreach (var due in dues)
        {
            if (due >= now)
            {
                return due;
            }
        }

        return dues.Length > 0 ? dues[^1] : long.MaxValue;
    }

    /// <summary>The shortest time to first token that it has promised of late. Any thread.</summary>
    public TimeSpan? Promised
    {
        get
        {
            lock (_gate)
            {
                return _promised is not null && time.GetElapsedTime(_promisedAt) < Memory ? _promised : null;
            }
        }
    }

    public void Remember(TimeSpan promised)
    {
        var known = Promised;

        lock (_gate)
        {
            (_promised, _promisedAt) = (known < promised ? known : promised, time.GetTimestamp());
        }
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

    /// <summary>How long it may take when its turn comes, or now that it has come.</summary>
    public void Limit(TurnSlice slice) => grant.WriteLong(TurnPages.Slice, slice.Bits);

    public void BeginHold(long now) => Volatile.Write(ref _holdsSince, Math.Max(1, now));

    public void EndHold(TimeSpan held)
    {
        LastTurn = held;
        Volatile.Write(ref _heldTicks, _heldTicks + held.Ticks);
        Volatile.Write(ref _holdsSince, 0);
    }

    public void Follow(Succession succession) => grant.WriteLong(TurnPages.Succession, succession.Bits);

    public void Ring() => grant.Ring(TurnPages.Signal);

    /// <summary>A first token of it has been passed on. Any thread, and later than <see cref="Dispose"/> as well.</summary>
    public void Hear()
    {
        lock (_gate)
        {
            if (!_isGone)
            {
                grant.Ring(TurnPages.Heard);
            }
        }
    }

    /// <summary>True when it has, or will have, the other's word before its eyes.</summary>
    public bool TryShow(TurnSlot other) => Shown.Contains(other.Index) || (show(other.Index, other.WordPage) && Shown.Add(other.Index));

    public void Dispose()
    {
        lock (_gate)
        {
            _isGone = true;
            grant.Dispose();
        }

        word.Dispose();
    }
}
