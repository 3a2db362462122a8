using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Dispatch;

/// <summary>What this gateway itself has in flight at each worker, newer than any heartbeat, and no more than may be.</summary>
internal sealed class LocalLoad(IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly int _most = options.Value.MaxPerWorker;
    private readonly CallBound<WorkerId> _calls = new(options.Value.MaxPerWorker, time);

    public int Of(WorkerId worker) => _calls.Of(worker);

    public bool IsFull(WorkerId worker) => _calls.IsFull(worker);

    /// <summary>Null: the worker has as many of this gateway's calls as may be. Counted until disposed.</summary>
    public IDisposable? TryEnter(WorkerId worker) => _calls.TryEnter(worker);

    public Problem Full(WorkerId worker) =>
        new(ErrorCode.QueueFull, $"{_most} invocations from this gateway are under way at the worker, as many as may", RetryAfter: _calls.RetryAfter(worker));
}
