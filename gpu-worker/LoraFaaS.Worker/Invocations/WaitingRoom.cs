using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// Who waits, who runs, and what each function's batches took so far. Belongs to the batch loop alone, and asks the policy; holds no clock
/// of its own and waits for nothing.
/// </summary>
internal sealed class WaitingRoom(BatchLimits limits, int slotsPerSandbox, TimeProvider time)
{
    /// <summary>Profiles of functions that have not been called for long are worth little; beyond this many the room starts over.</summary>
    private const int MaxProfiles = 16_384;

    private readonly Dictionary<SandboxKey, Lane> _lanes = [];
    private readonly Dictionary<FunctionId, BatchProfile> _profiles = [];

    /// <summary>Sandboxes with something running: they stretch each other.</summary>
    private int Contenders => Math.Max(1, _lanes.Values.Count(lane => lane.Running > 0));

    public void Arrive(QueueTicket ticket)
    {
        if (!_lanes.TryGetValue(ticket.Sandbox, out var lane))
        {
            _lanes.Add(ticket.Sandbox, lane = new Lane());
        }

        if (!BatchPolicy.CanMeet(ticket.TimeLeft, Math.Min(lane.Running, slotsPerSandbox - 1), Contenders, ProfileOf(ticket.Function)))
        {
            ticket.Decide(new Turn.Refused(new Problem(
                ErrorCode.DeadlineExceeded,
                $"With {lane.Running} running, the first token cannot come within the {ticket.TimeLeft.TotalMilliseconds:0} ms that are left (stage: queue).")));
            return;
        }

        lane.WaitingOf(ticket.Function).AddLast(ticket);
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
            ticket.IsRunning = false;
            lane.Running--;
        }
        else
        {
            lane.Remove(ticket);
        }

        if (lane is { Running: 0, IsEmpty: true })
        {
            _lanes.Remove(ticket.Sandbox);
        }
    }

    public void Observe(FunctionId function, int batch, TimeSpan ttft)
    {
        if (_profiles.Count >= MaxProfiles && !_profiles.ContainsKey(function))
        {
            _profiles.Clear();
        }

        _profiles[function] = ProfileOf(function).Observe(batch, ttft);
    }

    /// <summary>Lets those go whose time has come. Answers when to look again even if nothing happens; null: only then.</summary>
    public TimeSpan? Release()
    {
        TimeSpan? wake = null;

        foreach (var lane in _lanes.Values)
        {
            // The smallest margin first: whoever is nearest to breaking a promise.
            foreach (var (function, waiting) in lane.Waiting.OrderBy(pair => Margin(pair.Key, pair.Value, lane)).ToList())
            {
                switch (BatchPolicy.Decide(Snapshot(function, waiting, lane), limits))
                {
                    case BatchDecision.Release release:
                        Grant(lane, function, waiting, release.Count);
                        break;
                    case BatchDecision.WaitFor wait:
                        wake = wake is { } earlier && earlier < wait.Time ? earlier : wait.Time;
                        break;
                    case BatchDecision.WaitForChange:
                        break;
                    default:
                        throw new System.Diagnostics.UnreachableException();
                }
            }
        }

        return wake;
    }

    private static void Grant(Lane lane, FunctionId function, LinkedList<QueueTicket> waiting, int count)
    {
        var batch = lane.Running + count;

        for (var i = 0; i < count; i++)
        {
            var ticket = waiting.First!.Value;
            waiting.RemoveFirst();
            ticket.IsRunning = true;
            lane.Running++;
            ticket.Decide(new Turn.Granted(batch));
        }

        if (waiting.Count == 0)
        {
            lane.Waiting.Remove(function);
        }
    }

    private BatchSnapshot Snapshot(FunctionId function, LinkedList<QueueTicket> waiting, Lane lane)
    {
        var oldest = waiting.First!.Value;

        return new BatchSnapshot
        {
            Waiting = waiting.Count,
            OldestWait = time.GetElapsedTime(oldest.ArrivedAt),
            Slo = oldest.Slo,
            FreeSlots = slotsPerSandbox - lane.Running,
            SandboxIdle = lane.Running == 0,
            Contenders = Contenders,
            Profile = ProfileOf(function),
        };
    }

    private TimeSpan Margin(FunctionId function, LinkedList<QueueTicket> waiting, Lane lane)
    {
        var oldest = waiting.First!.Value;
        var promise = oldest.Slo is { } slo && slo < oldest.TimeLeft ? slo : oldest.TimeLeft;
        return BatchPolicy.Margin(promise, time.GetElapsedTime(oldest.ArrivedAt), Contenders, lane.Running + 1, ProfileOf(function));
    }

    private BatchProfile ProfileOf(FunctionId function) => _profiles.GetValueOrDefault(function, BatchProfile.Unseen);

    private sealed class Lane
    {
        public Dictionary<FunctionId, LinkedList<QueueTicket>> Waiting { get; } = [];

        public int Running { get; set; }

        public bool IsEmpty => Waiting.Count == 0;

        public LinkedList<QueueTicket> WaitingOf(FunctionId function)
        {
            if (!Waiting.TryGetValue(function, out var waiting))
            {
                Waiting.Add(function, waiting = []);
            }

            return waiting;
        }

        public void Remove(QueueTicket ticket)
        {
            if (Waiting.TryGetValue(ticket.Function, out var waiting) && waiting.Remove(ticket) && waiting.Count == 0)
            {
                Waiting.Remove(ticket.Function);
            }
        }
    }
}
