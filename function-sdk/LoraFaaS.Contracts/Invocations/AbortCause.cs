namespace LoraFaaS.Contracts.Invocations;

/// <summary>Why an invocation was stopped before its end. Set once, by whoever cancels, and carried to log, metric and status.</summary>
public enum AbortCause
{
    None = 0,
    Client = 1,
    Deadline = 2,
    Drain = 3,
    Preemption = 4,
    SandboxLost = 5,
    WorkerLost = 6,
    Undeployed = 7,
}
