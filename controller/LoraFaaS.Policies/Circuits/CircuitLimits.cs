namespace LoraFaaS.Policies.Circuits;

/// <summary>When a circuit opens, and for how long.</summary>
/// <param name="Failures">In a row. Fewer pass a place over sooner, and more often for nothing.</param>
/// <param name="FirstPause">Until one call tries it again; doubles each time that one fails.</param>
public sealed record CircuitLimits(int Failures, TimeSpan FirstPause, TimeSpan LongestPause)
{
    public static readonly CircuitLimits Default = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
}
