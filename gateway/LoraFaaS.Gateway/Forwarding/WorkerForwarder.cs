using System.Collections.Concurrent;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Opens calls to workers.</summary>
internal sealed class WorkerForwarder(WorkerTransport transport, InternalToken token)
{
    /// <summary>Workers come back under new ports; what is no longer asked for is let go with the rest.</summary>
    private const int MostAddresses = 1_000;

    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);

    /// <summary>The returned call is the caller's to dispose; disposing it early cancels the worker at once.</summary>
    public WorkerCall Open(DispatchOutcome.On target, GenerateRequest request, TimeSpan timeLeft)
    {
        var message = WorkerRequest.Create(AddressOf(target.Url), request, token, timeLeft, out var proof);
        return new WorkerCall(transport.Invoker, message, answer => CallProof.IsAnswer(token, proof, answer));
    }

    private Uri AddressOf(string url)
    {
        if (_addresses.TryGetValue(url, out var known))
        {
            return known;
        }

        if (_addresses.Count >= MostAddresses)
        {
            _addresses.Clear();
        }

        return _addresses.GetOrAdd(url, WorkerRequest.AddressAt);
    }
}
