using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Policies.Fairness;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// Who waits, who runs, what each function's batches took so far, and what each function was served. Belongs to the batch loop alone, and asks the policies; holds no
/// clock of its own and waits for nothing.
/// </summary>
internal sealed class WaitingRoom(BatchLimits limits, int slotsPerSandbox, TimeProvider time)
{
    /// <summary>Profiles of functions that have not been called for long are worth little; beyond this many the room starts over.</summary>
    private const int MaxProfiles = 16_384;

    /// <summary>Tokens that a function may be ahead of the least served and still go first for its margin's sake: a few short answers.</summary>
    private const double Lead = 500;

    /// <summary>Most tokens that one may fall behind, whatever it is charged: a cold adapter's load does not shut it out.</summary>
    private const double Floor = 5_000;

    private const double AverageWeight = 0.05;

    private readonly Dictionary<SandboxKey, Lane> _lanes = [];
    private readonly Dictionary<FunctionId, BatchProfile> _profiles = [];
    private readonly ServedCost<FunctionId> _served = new(Floor);
    private readonly List<FunctionId> _asking = [];
    private readonly List<TurnSeeker> _seekers = [];
    private double _averageCost = 100;
    private double _secondsPerToken = 0.01;

    public void Arrive(QueueTicket ticket)
    {
        if (!_lanes.TryGetValue(ticket.Sandbox, out var lane))
        {
            _lanes.Add(ticket.Sandbox, lane = new Lane());
        }

        switch (QueuePolicy.Judge(Snapshot(ticket, lane)))
        {
            case QueueVerdict.Enter:
                lane.Add(ticket);
                _served.Enter(ticket.Function);
                _served.Charge(ticket.Function, ticket.LoadTime.TotalSeconds / _secondsPerToken, ticket.Weight);
                break;
            case QueueVerdict.TooLate late:
                ticket.Decide(new Turn.Refused(new Problem(
                    ErrorCode.DeadlineExceeded,
                    $"The first token is expected after {late.Expected.TotalMilliseconds:0} ms, and {ticket.TimeLeft.TotalMilliseconds:0} ms are left (stage: queue).")));
                RemoveIfIdle(ticket.Sandbox, lane);
                break;
            case QueueVerdict.Overloaded over:
                ticket.Decide(new Turn.Refused(new Problem(
                    ErrorCode.QueueFull,
                    $"With {lane.Running} running and {lane.WaitingCount} waiting the first token is expected after {over.Expected.TotalMilliseconds:0} ms, which is later than promised (stage: queue).",
                    RetryAfter: over.RetryAfter)));
                RemoveIfIdle(ticket.Sandbox, lane);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>It ended, or its caller gave up.</summary>
    public void Leave(QueueTicket ticket)
    {
        if (!_lanes.TryGetValue(ticket.Sandbox, out var lane))
        {
            return;
        }

        if (ticket.IsRunning)
        {
            Settle(ticket, lane, time.GetElapsedTime(ticket.GrantedAt));
            _served.Leave(ticket.Function);
        }
        else if (lane.Remove(ticket))
        {
            _served.Leave(ticket.Function);
        }

        RemoveIfIdle(ticket.Sandbox, lane);
    }

    /// <summary>A first token came after this time, beside so many contenders: they stretched it.</summary>
    public void Observe(FunctionId function, int batch, TimeSpan ttft, int contenders = 1)
    {
        if (_profiles.Count >= MaxProfiles && !_profiles.ContainsKey(function))
        {
            _profiles.Clear();
        }

        _profiles[function] = ProfileOf(function).Observe(batch, ttft / contenders);
    }

    /// <summary>Its first token came.</summary>
    public void Begin(QueueTicket ticket)
    {
        if (_lanes.TryGetValue(ticket.Sandbox, out var lane))
        {
            lane.Begin(ticket, time);
        }
    }

    /// <summary>Lets those go whose time has come. Answers when to look again even if nothing happens; null: only then.</summary>
    public TimeSpan? Release()
    {
        TimeSpan? wake = null;

        foreach (var lane in _lanes.Values)
        {
            _asking.Clear();
            _asking.AddRange(lane.Waiting.Keys);

            while (_asking.Count > 0 && lane.Running < slotsPerSandbox)
            {
                // The smallest margin first among those who are not far ahead in what they were served.
                var function = _asking[Choose(lane)];

                switch (BatchPolicy.Decide(Snapshot(function, lane), limits))
                {
                    case BatchDecision.Release release:
                        Grant(lane, function, _asking.Count > 1 ? 1 : release.Count);
                        break;
                    case BatchDecision.WaitFor wait:
                        wake = wake is { } earlier && earlier < wait.Time ? earlier : wait.Time;
                        _asking.Remove(function);
                        break;
                    case BatchDecision.WaitForChange:
                        _asking.Remove(function);
                        break;
                    default:
                        throw new System.Diagnostics.UnreachableException();
                }
            }
        }

        return wake;
    }

    private void Grant(Lane lane, FunctionId function, int count)
    {
        var batch = lane.Running + count;

        for (var i = 0; i < count; i++)
        {
            var ticket = lane.Start(function, time.GetTimestamp());
            ticket.Decide(new Turn.Granted(batch, Contenders(lane)));
        }

        if (!lane.Waiting.ContainsKey(function))
        {
            _asking.Remove(function);
        }
    }

    private int Choose(Lane lane)
    {
        _seekers.Clear();

        for (var i = 0; i < _asking.Count; i++)
        {
            var function = _asking[i];
            var oldest = lane.Waiting[function].First!.Value;

            // What runs is not charged yet, and counts as what such an invocation costs on average.
            var served = _served.Of(function) + (lane.RunningOf(function) * _averageCost / oldest.Weight);
            _seekers.Add(new TurnSeeker(i, Margin(oldest, lane), served, time.GetElapsedTime(oldest.ArrivedAt)));
        }

        return TurnPolicy.Choose(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_seekers), Lead);
    }

    private void Settle(QueueTicket ticket, Lane lane, TimeSpan ran)
    {
        var share = ran / Math.Max(1, lane.Running);
        lane.End(ticket, ran);

        if (ticket.Cost <= 0)
        {
            return;
        }

        _served.Charge(ticket.Function, ticket.Cost, ticket.Weight);
        _averageCost += (ticket.Cost - _averageCost) * AverageWeight;
        _secondsPerToken += ((share.TotalSeconds / ticket.Cost) - _secondsPerToken) * AverageWeight;
        _secondsPerToken = Math.Max(_secondsPerToken, 1e-6);
    }

    private void RemoveIfIdle(SandboxKey key, Lane lane)
    {
        // Its residence is forgotten with it: an idle sandbox keeps nobody waiting.
        if (lane is { Running: 0, IsEmpty: true })
        {
            _lanes.Remove(key);
        }
    }

    /// <summary>M: sandboxes with something running stretch each other, the lane's own in any case.</summary>
    private int Contenders(Lane lane) => _lanes.Values.Count(other => other != lane && other.Running > 0) + 1;

    private QueueSnapshot Snapshot(QueueTicket ticket, Lane lane) => new()
    {
        TimeLeft = ticket.TimeLeft,
        SloLeft = ticket.Slo,
        Running = lane.Running,
        Waiting = lane.WaitingCount,
        Pending = lane.Pending(time),
        Ahead = lane.WaitingCount + lane.PendingCount,
        Pace = lane.Pace,
        Slots = slotsPerSandbox,
        Contenders = Contenders(lane),
        Residence = lane.Residence,
        Profile = ProfileOf(ticket.Function),
    };

    private BatchSnapshot Snapshot(FunctionId function, Lane lane)
    {
        var waiting = lane.Waiting[function];
        var oldest = waiting.First!.Value;

        return new BatchSnapshot
        {
            Waiting = waiting.Count,
            OldestWait = time.GetElapsedTime(oldest.ArrivedAt),
            Slo = oldest.Slo,
            FreeSlots = slotsPerSandbox - lane.Running,
            SandboxIdle = lane.Running == 0,
            Contenders = Contenders(lane),
            Profile = ProfileOf(function),
        };
    }

    private TimeSpan Margin(QueueTicket oldest, Lane lane)
    {
        var promise = oldest.Slo is { } slo && slo < oldest.TimeLeft ? slo : oldest.TimeLeft;
        return BatchPolicy.Margin(promise, time.GetElapsedTime(oldest.ArrivedAt), Contenders(lane), lane.Running + 1, ProfileOf(oldest.Function));
    }

    private BatchProfile ProfileOf(FunctionId function) => _profiles.GetValueOrDefault(function, BatchProfile.Unseen);
}
