using System.Collections.Immutable;

namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>A weight that the arithmetic needs, and its shape ([out, in] for projections).</summary>
public readonly record struct RequiredTensor(string Name, ImmutableArray<long> Shape);
