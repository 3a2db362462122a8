using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Opens calls to workers.</summary>
internal sealed class WorkerForwarder(WorkerTransport transport)
{
    /// <summary>The returned call is the caller's to dispose; disposing it early cancels the worker at once.</summary>
    public WorkerCall Open(DispatchOutcome.On target, GenerateRequest request, TimeSpan timeLeft) =>
        new(transport, transport.AddressOf(target.Url), request, timeLeft);
}
