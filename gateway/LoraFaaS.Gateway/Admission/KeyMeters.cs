using System.Collections.Concurrent;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A meter for each key that has been used. Those of keys that are gone are let go once there are many.</summary>
internal sealed class KeyMeters(RouteBoard board, TimeProvider time)
{
    private const int Slack = 1_000;

    private readonly ConcurrentDictionary<ApiKeyId, KeyMeter> _meters = [];

    public KeyMeter For(CallerKey key)
    {
        var meter = _meters.TryGetValue(key.Id, out var known) ? known : Add(key);

        // The key's limits were changed: it begins anew.
        return meter.Limits == key.Limits ? meter : _meters[key.Id] = new KeyMeter(key.Limits, time);
    }

    /// <summary>Tokens of a call that was let in before, and is over: whatever they amount to, the key's next calls wait for them. Nothing where the key is gone.</summary>
    public void Charge(ApiKeyId id, int tokens)
    {
        if (board.Table.Access.Find(id) is { } key)
        {
            For(key).Charge(tokens);
        }
    }

    /// <summary>What keys with rates spent here, and their meters.</summary>
    public IReadOnlyList<(ApiKeyId Id, KeyMeter Meter, KeySpending Spent)> TakeReports()
    {
        var reports = new List<(ApiKeyId, KeyMeter, KeySpending)>();

        foreach (var (id, meter) in _meters)
        {
            if (meter.TakeReport() is { } spent)
            {
                reports.Add((id, meter, spent));
            }
        }

        return reports;
    }

    private KeyMeter Add(CallerKey key)
    {
        // Counting takes every lock of the table: only where it grows.
        if (_meters.Count > board.Table.Access.Count + Slack)
        {
            Prune();
        }

        return _meters.GetOrAdd(key.Id, static (_, made) => new KeyMeter(made.Key.Limits, made.Time), (Key: key, Time: time));
    }

    private void Prune()
    {
        foreach (var id in _meters.Keys)
        {
            if (!board.Table.Access.Knows(id))
            {
                _meters.TryRemove(id, out _);
            }
        }
    }
}
