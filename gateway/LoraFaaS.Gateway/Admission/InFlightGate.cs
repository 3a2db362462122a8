using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>Counts the invocations in the house. Full means refused, never queued: a queue here would be one more that nobody bounds by the deadline.</summary>
internal sealed class InFlightGate(IOptions<GatewayOptions> options)
{
    private readonly int _limit = options.Value.MaxInFlight;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= _limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
