namespace LoraFaaS.Policies.Batching;

/// <summary>What bounds the policy whatever the profile says.</summary>
/// <param name="MaxBatch">Largest batch worth collecting.</param>
/// <param name="MaxWait">Longest an invocation is made to wait for company.</param>
public sealed record BatchLimits(int MaxBatch, TimeSpan MaxWait);
