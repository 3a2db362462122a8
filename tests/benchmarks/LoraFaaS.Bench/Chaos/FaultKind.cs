namespace LoraFaaS.Bench.Chaos;

/// <summary>What can happen to a running platform.</summary>
internal enum FaultKind
{
    KillSandbox,
    KillWorker,
    KillController,
    KillGateway,
    KillRedis,
    KillPostgres,
    PauseSandbox,
    PauseWorker,
    PauseController,
    PauseGateway,
    PauseRedis,
    PausePostgres,

    /// <summary>A worker's data folder has no room left for a while.</summary>
    FillDisk,

    /// <summary>Callers that send half a request and then nothing, and one that stops reading its stream.</summary>
    HalfOpenSockets,
}
