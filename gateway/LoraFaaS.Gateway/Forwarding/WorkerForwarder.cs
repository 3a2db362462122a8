using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Opens calls to workers.</summary>
internal sealed class WorkerForwarder(IHttpForwarder forwarder, WorkerTransport transport, InternalToken token)
{
    /// <summary>The returned call is the caller's to dispose; disposing it early cancels the worker at once.</summary>
    public WorkerCall Open(DispatchOutcome.On target, GenerateRequest request, TimeSpan timeLeft, CancellationToken cancellationToken) =>
        new(forwarder, transport.Invoker, target.Url.TrimEnd('/'), new GenerateTransformer(request, token.Value, timeLeft), cancellationToken);
}
