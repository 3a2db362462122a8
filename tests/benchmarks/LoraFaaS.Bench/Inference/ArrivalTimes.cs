namespace LoraFaaS.Bench.Inference;

/// <summary>What a long prompt's arrival did to those who were decoding, and what they cost it. Seconds.</summary>
/// <param name="Undisturbed">Between tokens of those who decode, before the prompt came and after it was gone.</param>
/// <param name="During">The same, for each step from the prompt's arrival to its first token.</param>
/// <param name="FirstToken">From the prompt's arrival to its first token.</param>
internal sealed record ArrivalTimes(IReadOnlyList<double> Undisturbed, IReadOnlyList<double> During, double FirstToken);
