namespace LoraFaaS.Cli.Overview;

/// <summary>One worker's device memory by what holds it, and its load. Bytes.</summary>
internal sealed record WorkerLoad(
    string Id, string State, long Backbones, long Adapters, long KeyValue, long Free, long Total, int Sandboxes, int Running, int Queued);
