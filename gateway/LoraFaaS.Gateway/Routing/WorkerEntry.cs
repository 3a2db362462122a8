using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Gateway.Routing;

/// <summary>A worker as the controller last published it, and where its data plane listens.</summary>
internal sealed record WorkerEntry(WorkerSnapshot Snapshot, string Url);
