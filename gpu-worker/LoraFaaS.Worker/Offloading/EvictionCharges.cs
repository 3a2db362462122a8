using LoraFaaS.Worker.Turns;

namespace LoraFaaS.Worker.Offloading;

/// <summary>Who makes others' artifacts leave pays with device time for bringing them back. What left of one's own was paid for when it was loaded.</summary>
internal sealed class EvictionCharges(EvictionMetrics metrics, TurnArbiter turns) : IEvictionCharges
{
    public void Charge(Eviction eviction)
    {
        metrics.Count(eviction);

        if (eviction.Causer is { } causer && causer.Owner != eviction.Victim.Owner)
        {
            turns.Charge(causer.Owner, eviction.Reload);
        }
    }
}
