using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Offloading;

/// <summary>How often each artifact is used here.</summary>
internal sealed class ArtifactRates(TimeProvider time)
{
    /// <summary>Long enough to tell a function called each few minutes from one called once; short enough to forget yesterday's.</summary>
    internal static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    /// <summary>Beyond this many, those that have all but faded go.</summary>
    private const int MaxEntries = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<ArtifactName, DecayingRate> _rates = [];
    private readonly long _origin = time.GetTimestamp();

    public void Observe(ArtifactName artifact)
    {
        lock (_gate)
        {
            if (_rates.Count >= MaxEntries && !_rates.ContainsKey(artifact))
            {
                Forget();
            }

            _rates[artifact] = _rates.GetValueOrDefault(artifact).Observe(Now, HalfLife);
        }
    }

    /// <summary>Uses a second.</summary>
    public double Of(ArtifactName artifact)
    {
        lock (_gate)
        {
            return _rates.TryGetValue(artifact, out var rate) ? rate.PerSecond(Now, HalfLife) : 0;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_origin);

    private void Forget()
    {
        foreach (var artifact in _rates.OrderBy(pair => pair.Value.PerSecond(Now, HalfLife)).Take(MaxEntries / 2).Select(pair => pair.Key).ToList())
        {
            _rates.Remove(artifact);
        }
    }
}
