namespace LoraFaaS.Attacks;

/// <summary>What came of an attack.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="Succeeded">What it got done that it must not, in words. Empty is good.</param>
/// <param name="Refused">What was refused, each with its errno.</param>
public sealed record AttackResult(string Attack, IReadOnlyList<string> Succeeded, IReadOnlyList<string> Refused);
