namespace LoraFaaS.Simulator.Traces;

/// <summary>A function's name and its calls minute by minute.</summary>
public readonly record struct MinuteCounts(string Function, int[] Counts);
