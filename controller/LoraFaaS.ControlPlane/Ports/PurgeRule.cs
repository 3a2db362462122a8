namespace LoraFaaS.ControlPlane.Ports;

/// <summary>How long, how many and how much of what is over is kept. The oldest goes first.</summary>
public sealed record PurgeRule(TimeSpan ResultTtl, long MaxResults, long MaxResultBytes, TimeSpan DeadTtl, long MaxDead);
