using LoraFaaS.SystemTests.Validation;

namespace LoraFaaS.Bench.Papers;

/// <summary>A call of a slice, played and simulated.</summary>
/// <param name="Played">For real.</param>
/// <param name="SimulatedMs">To its first token.</param>
/// <param name="IsBeside">When it came another one was being answered, or came before its first token.</param>
internal sealed record PlayedTimes(PlayedCall Played, double SimulatedMs, bool IsBeside)
{
    public double RealMs => Played.Call.FirstTokenMs;
}
