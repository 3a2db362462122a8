using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>Follows a door's system calls from one call of its only caller to the next: something is received by one descriptor, sent by another, received by that, sent by the first.</summary>
internal sealed class CallStepsReader(Action<CallSteps> add)
{
    private readonly Dictionary<int, SystemCallEvent> _open = [];
    private long _awake;
    private long _received;
    private long _receivedBy;
    private Leg? _asked;
    private Leg? _answered;
    private long _askedBy;
    private long _askedFrom;

    public void Read(SystemCallEvent one)
    {
        if (!one.IsEnd)
        {
            _open[one.Thread] = one;

            if (one.Kind is SystemCallKind.Wait)
            {
                Rest(one.Micros);
            }

            return;
        }

        if (!_open.Remove(one.Thread, out var begun) || begun.Kind != one.Kind)
        {
            return;
        }

        switch (one.Kind)
        {
            case SystemCallKind.Wait when one.Value > 0:
                Wake(one.Micros);
                break;

            case SystemCallKind.Receive when one.Value > 0:
                (_received, _receivedBy) = (one.Micros, begun.Value);
                break;

            case SystemCallKind.Send when one.Value > 0:
                Sent(new Leg(_awake, _received, begun.Micros, one.Micros), begun.Value);
                break;
        }
    }

    /// <summary>Awake for a new call, once the one before is over.</summary>
    private void Wake(long micros)
    {
        if (_answered is { } answered && _asked is { } asked)
        {
            add(new CallSteps(
                asked.Received - asked.Awake, asked.Begun - asked.Received, asked.Sent - asked.Begun,
                answered.Received - answered.Awake, answered.Begun - answered.Received, answered.Sent - answered.Begun,
                Math.Max(0, asked.Rested - asked.Sent), answered.Awake - asked.Sent, Math.Max(0, answered.Rested - answered.Sent)));
            (_asked, _answered) = (null, null);
        }

        _awake = micros;
    }

    private void Rest(long micros)
    {
        if (_answered is { Rested: 0 })
        {
            _answered = _answered with { Rested = micros };
        }
        else if (_asked is { Rested: 0 })
        {
            _asked = _asked with { Rested = micros };
        }
    }

    private void Sent(Leg leg, long by)
    {
        if (by == _receivedBy)
        {
            // To whom it was received from: not a step of a call that is passed on.
            return;
        }

        if (_asked is null)
        {
            (_asked, _askedBy, _askedFrom) = (leg, by, _receivedBy);
        }
        else if (by == _askedFrom && _receivedBy == _askedBy)
        {
            _answered = Longer(_answered, leg);
        }
        else if (by == _askedBy && _receivedBy == _askedFrom)
        {
            _asked = Longer(_asked, leg);
        }
        else
        {
            (_asked, _answered) = (null, null);
        }
    }

    /// <summary>Who sends in several pieces has sent when the last is out.</summary>
    private static Leg Longer(Leg? first, Leg last) => first is null ? last : first with { Sent = last.Sent, Rested = 0 };

    private sealed record Leg(long Awake, long Received, long Begun, long Sent)
    {
        /// <summary>0: a thread of its own waits, and was never seen to begin.</summary>
        public long Rested { get; init; }
    }
}
