namespace LoraFaaS.Worker.Isolation;

/// <summary>What every confined process is watched by.</summary>
internal sealed record ConfinedSurroundings(ResourceWatch Looks, ViolationMetrics Violations, TimeProvider Time);
