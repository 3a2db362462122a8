using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Opens calls to workers.</summary>
internal sealed class WorkerForwarder(WorkerTransport transport)
{
    /// <summary>
    /// The returned call is the caller's to dispose; disposing it early cancels the worker at once. <paramref name="account"/> is told when there is a connection,
    /// before the request is written down for it; null: nobody is.
    /// </summary>
    public WorkerCall Open(DispatchOutcome.On target, GenerateRequest request, AccountBook? account, TimeSpan timeLeft) =>
        new(transport, transport.AddressOf(target.Url), request, account, timeLeft);
}
