namespace LoraFaaS.Bench.Door;

/// <summary>How many gateways to start one after the other, of each kind in turns, and how many stretches of calls warm each at most.</summary>
internal sealed record DoorStartsOrder(int Count, IReadOnlyList<DoorEnvironment> Kinds, int WarmTurns);
