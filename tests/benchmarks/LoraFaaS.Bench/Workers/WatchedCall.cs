namespace LoraFaaS.Bench.Workers;

/// <summary>What a call cost beside its time.</summary>
/// <param name="ProcessorMs">Of all processors together until its first token: worker, sandboxes and client.</param>
/// <param name="Methods">Compiled by the worker's runtime.</param>
/// <param name="CompilingMs">Of a processor for them.</param>
internal readonly record struct WatchedCall(double ProcessorMs, double Methods, double CompilingMs);
