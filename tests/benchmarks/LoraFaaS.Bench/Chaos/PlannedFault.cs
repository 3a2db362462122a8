namespace LoraFaaS.Bench.Chaos;

/// <summary>A fault, when it comes after the begin of the load, and which of several alike it meets (0 or 1).</summary>
internal readonly record struct PlannedFault(TimeSpan At, FaultKind Kind, int Victim);
