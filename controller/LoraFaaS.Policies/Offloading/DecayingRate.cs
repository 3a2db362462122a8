namespace LoraFaaS.Policies.Offloading;

/// <summary>
/// How often something is used, by an exponentially weighted count: each use counts one and fades by half in each half-life. Stands in for a forecast
/// where there is none.
/// </summary>
/// <param name="Count">Faded uses as of <paramref name="At"/>.</param>
/// <param name="At">When it was last brought up to date; the caller's clock, from any origin.</param>
public readonly record struct DecayingRate(double Count, TimeSpan At)
{
    public static DecayingRate None => default;

    public DecayingRate Observe(TimeSpan now, TimeSpan halfLife) => new(Faded(now, halfLife) + 1, now > At ? now : At);

    /// <summary>Uses a second: a steady stream of r a second gathers r × half-life ÷ ln 2 faded uses.</summary>
    public double PerSecond(TimeSpan now, TimeSpan halfLife) => Faded(now, halfLife) * Math.Log(2) / halfLife.TotalSeconds;

    private double Faded(TimeSpan now, TimeSpan halfLife) => now <= At ? Count : Count * Math.Pow(0.5, (now - At) / halfLife);
}
