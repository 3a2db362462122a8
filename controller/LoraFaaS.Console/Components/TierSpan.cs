namespace LoraFaaS.Console.Components;

/// <summary>A time at one tier, and why it began.</summary>
internal sealed record TierSpan(string Tier, DateTimeOffset From, DateTimeOffset To, string Reason);
