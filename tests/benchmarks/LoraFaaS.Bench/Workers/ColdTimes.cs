namespace LoraFaaS.Bench.Workers;

/// <summary>What a function's calls take on this machine, milliseconds; p50 where there are several.</summary>
/// <param name="Warm">First token, everything there.</param>
/// <param name="Cold">First token, backbone there, adapter on disk, a blank sandbox.</param>
/// <param name="Alone">First token where the sandbox loads a backbone of its own from disk.</param>
/// <param name="Step">Between tokens of one.</param>
/// <param name="StepOfFour">Between tokens of four at once.</param>
/// <param name="WarmOfFour">First token of four at once, the last of them: T(4) is over when all are computed.</param>
/// <param name="BackboneBytes">On disk.</param>
internal sealed record ColdTimes(double Warm, double Cold, double Alone, double Step, double StepOfFour, double WarmOfFour, long BackboneBytes);
