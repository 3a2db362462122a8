namespace LoraFaaS.Engine.Compute;

/// <summary>One of the matrices that share an input: y[:, column…] = x · weightᵀ + bias. A bias address of 0 is none.</summary>
public sealed record Projection(PackedMatrix Weight, nint Bias, int OutputColumn);
