using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Bounds what waits for a function here, whatever it waits for. Beyond the bound callers are told at once when to come back, never left to rot.</summary>
internal sealed class Admission(DrainState drain, IOptions<BatchOptions> options, TimeProvider time)
{
    /// <summary>Of the newest interval between two that stopped waiting.</summary>
    private const double AverageWeight = 0.1;

    private static readonly TimeSpan DrainRetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<FunctionId, Line> _lines = [];
    private readonly int _limit = options.Value.QueueLength;
    private int _total;

    /// <summary>Invocations that wait, for artifacts or for a turn.</summary>
    public int Waiting => Volatile.Read(ref _total);

    /// <param name="function">Whose invocation it is.</param>
    /// <param name="isInside">It is part of an invocation that was let in: a drain finishes that with all it needs.</param>
    public Loading<AdmissionTicket> TryEnter(FunctionId function, bool isInside = false)
    {
        if (drain.IsDraining && !isInside)
        {
            return new Loading<AdmissionTicket>.Failed(new Problem(ErrorCode.Draining, "This worker is stopping and takes no new invocations.", RetryAfter: DrainRetryAfter));
        }

        lock (_gate)
        {
            if (!_lines.TryGetValue(function, out var line))
            {
                _lines.Add(function, line = new Line { LastLeft = time.GetTimestamp() });
            }

            if (line.Waiting >= _limit)
            {
                return new Loading<AdmissionTicket>.Failed(new Problem(
                    ErrorCode.QueueFull, $"{line.Waiting} invocations of {function} already wait on this worker.", RetryAfter: DoorPolicy.RetryAfter(line.Waiting, line.Interval)));
            }

            line.Waiting++;
            _total++;
        }

        return new Loading<AdmissionTicket>.Ready(new AdmissionTicket(() => Leave(function)));
    }

    private void Leave(FunctionId function)
    {
        lock (_gate)
        {
            _total--;
            var line = _lines[function];
            var now = time.GetTimestamp();
            line.Interval += (time.GetElapsedTime(line.LastLeft, now) - line.Interval) * AverageWeight;
            line.LastLeft = now;

            // Forgotten with its pace: a line that begins anew has a pace of its own.
            if (--line.Waiting == 0)
            {
                _lines.Remove(function);
            }
        }
    }

    private sealed class Line
    {
        public int Waiting { get; set; }

        public TimeSpan Interval { get; set; }

        public long LastLeft { get; set; }
    }
}
