using System.Collections.Concurrent;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>Opens calls to workers.</summary>
internal sealed class WorkerForwarder(WorkerTransport transport)
{
    /// <summary>Workers come back under new ports; what is no longer asked for is let go with the rest.</summary>
    private const int MostAddresses = 1_000;

    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);

    /// <summary>The returned call is the caller's to dispose; disposing it early cancels the worker at once.</summary>
    public WorkerCall Open(DispatchOutcome.On target, GenerateRequest request, TimeSpan timeLeft) =>
        new(transport.Invoker, WorkerRequest.Create(AddressOf(target.Url), request, timeLeft));

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
