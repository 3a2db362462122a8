namespace LoraFaaS.Policies.Traffic;

/// <summary>A revision and how many of 100 calls it gets.</summary>
public readonly record struct TrafficShare(int Revision, int Percent);
