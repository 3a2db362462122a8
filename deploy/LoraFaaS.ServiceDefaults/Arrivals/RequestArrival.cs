namespace LoraFaaS.ServiceDefaults.Arrivals;

/// <summary>
/// A connection's feature: when what was read from it last was there, before anybody had parsed it. To whoever handles a request that is the arrival of the last bytes of its head; of several requests that
/// share a connection (HTTP/2) it may be another's, which came later.
/// </summary>
public sealed class RequestArrival
{
    private long _at;

    /// <summary>A timestamp of the host's clock; 0: nothing was read yet.</summary>
    public long At
    {
        get => Volatile.Read(ref _at);
        internal set => Volatile.Write(ref _at, value);
    }
}
