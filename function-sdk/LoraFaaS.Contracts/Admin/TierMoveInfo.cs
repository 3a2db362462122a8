namespace LoraFaaS.Contracts.Admin;

/// <summary>A function's adapter came nearer to a worker's device, or went further from it. Tiers in lower case; <c>remote</c>: the worker has none of it.</summary>
public sealed record TierMoveInfo(DateTimeOffset At, string Worker, string Function, string Namespace, string From, string To, string Reason);
