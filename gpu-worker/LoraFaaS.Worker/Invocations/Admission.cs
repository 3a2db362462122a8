using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Bounds what waits for a function here, whatever it waits for. Beyond the bound callers are told at once, never left to rot.</summary>
internal sealed class Admission(DrainState drain, IOptions<BatchOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<FunctionId, int> _waiting = [];
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
            return new Loading<AdmissionTicket>.Failed(new Problem(ErrorCode.Draining, "This worker is stopping and takes no new invocations.", RetryAfter: RetryAfter));
        }

        lock (_gate)
        {
            var waiting = _waiting.GetValueOrDefault(function);

            if (waiting >= _limit)
            {
                return new Loading<AdmissionTicket>.Failed(
                    new Problem(ErrorCode.QueueFull, $"{waiting} invocations of {function} already wait on this worker.", RetryAfter: RetryAfter));
            }

            _waiting[function] = waiting + 1;
            _total++;
        }

        return new Loading<AdmissionTicket>.Ready(new AdmissionTicket(() => Leave(function)));
    }

    private void Leave(FunctionId function)
    {
        lock (_gate)
        {
            _total--;

            if (--_waiting[function] == 0)
            {
                _waiting.Remove(function);
            }
        }
    }
}
