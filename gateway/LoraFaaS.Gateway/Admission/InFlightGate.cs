using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Counts the invocations in the house, those included whose function is not known yet: the hard bound on what they hold. Full means refused. Who waits
/// for a place to run does so in <see cref="DoorQueue"/>, where its namespace is known.
/// </summary>
internal sealed class InFlightGate(IOptions<GatewayOptions> options)
{
    private const int Unnamed = 64;

    /// <summary>Room for as many to say who they are as may wait: a full queue still hears whether the next one has a better claim.</summary>
    private readonly int _limit = options.Value.MaxInFlight + (2 * options.Value.MaxQueued) + Unnamed;
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
