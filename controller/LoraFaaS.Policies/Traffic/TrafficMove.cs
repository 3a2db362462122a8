using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Policies.Traffic;

/// <summary>What a change of the split makes of it, or why it cannot be made.</summary>
public abstract record TrafficMove
{
    private TrafficMove()
    {
    }

    public sealed record To(IReadOnlyList<TrafficTarget> Targets) : TrafficMove;

    public sealed record Refused(string Reason) : TrafficMove;
}
