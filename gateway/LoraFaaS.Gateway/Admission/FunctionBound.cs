using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>No function takes the whole door: so many calls of one run or wait here, and the next is told when to come back.</summary>
internal sealed class FunctionBound(IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly int _most = options.Value.MaxPerFunction;
    private readonly CallBound<FunctionId> _calls = new(options.Value.MaxPerFunction, time);

    /// <summary>A share to be disposed at the call's end, or why there is none.</summary>
    public (IDisposable? Share, Problem? Problem) Enter(FunctionId function) => _calls.TryEnter(function) is { } share
        ? (share, null)
        : (null, new Problem(ErrorCode.QueueFull, $"{_most} invocations of {function} are under way here, as many as may", RetryAfter: _calls.RetryAfter(function)));
}
