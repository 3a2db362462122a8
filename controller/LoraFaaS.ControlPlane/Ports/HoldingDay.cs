namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What was held on one day (UTC), and what moved on it: oldest first, at most <see cref="MovesKept"/>.</summary>
public sealed record HoldingDay(DateOnly Day, IReadOnlyList<HoldingSum> Functions, IReadOnlyList<TierMove> Moves)
{
    public const int MovesKept = 5_000;
}
