using LoraFaaS.Engine.Adapters;

namespace LoraFaaS.Engine.Compute;

/// <summary>Rows of a step, next to each other, that one adapter bends.</summary>
public readonly record struct AdapterGroup(AdapterHandle Adapter, int Row, int Rows);
