namespace LoraFaaS.Policies.Turns;

/// <summary>Another sandbox on the device of the one whose turn it is.</summary>
/// <param name="IsWaiting">It wants the turn now.</param>
/// <param name="Margin">As of <see cref="TurnSeeker.Margin"/>; counts while it waits.</param>
/// <param name="Promised">The shortest time to first token that it has promised of late, whether it waits or not; null: none.</param>
public readonly record struct TurnNeighbour(bool IsWaiting, TimeSpan Margin, TimeSpan? Promised);
