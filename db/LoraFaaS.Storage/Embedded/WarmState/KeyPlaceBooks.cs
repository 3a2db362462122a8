using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Storage.Embedded.WarmState;

/// <summary>Which gateway holds how many places of which API key, until when. Its owner locks.</summary>
internal sealed class KeyPlaceBooks(TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();
    private TimeSpan? _youth;
    private readonly Dictionary<ApiKeyId, Dictionary<string, Entry>> _keys = [];
    private long _swept = time.GetTimestamp();

    public KeyPlaceGrant Lease(string gateway, ApiKeyId key, KeyPlaceClaim claim, TimeSpan lasts)
    {
        var now = time.GetTimestamp();
        Sweep(now, lasts);

        if (!_keys.TryGetValue(key, out var holders))
        {
            _keys[key] = holders = new(StringComparer.Ordinal);
        }

        Forget(holders, now);
        var others = holders.Where(holder => holder.Key != gateway).Select(holder => holder.Value.Holding).ToList();
        var grant = KeyPlacePolicy.Decide(claim, others, time.GetElapsedTime(_begun, now) < (_youth ??= lasts));

        if (!holders.TryGetValue(gateway, out var before) || before.Number < claim.Number)
        {
            holders[gateway] = new Entry(claim.Number, new KeyPlaceHolding(grant.Granted, claim.Running), now + (long)(lasts.TotalSeconds * time.TimestampFrequency));
        }

        return grant;
    }

    /// <summary>Keys that nobody uses any more leave nothing behind.</summary>
    private void Sweep(long now, TimeSpan lasts)
    {
        if (time.GetElapsedTime(_swept, now) < lasts)
        {
            return;
        }

        _swept = now;

        foreach (var (key, holders) in _keys.ToList())
        {
            Forget(holders, now);

            if (holders.Count == 0)
            {
                _keys.Remove(key);
            }
        }
    }

    private static void Forget(Dictionary<string, Entry> holders, long now)
    {
        foreach (var gone in holders.Where(holder => holder.Value.Until <= now).Select(holder => holder.Key).ToList())
        {
            holders.Remove(gone);
        }
    }

    private readonly record struct Entry(long Number, KeyPlaceHolding Holding, long Until);
}
