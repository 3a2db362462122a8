using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Engine.Compute;

/// <summary>The rows of a step that belong to one sequence: <see cref="Rows"/> tokens from position <see cref="Start"/>.</summary>
public readonly record struct SliceRows(KvSequence Kv, int Row, int Rows, int Start);
