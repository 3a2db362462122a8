namespace LoraFaaS.Policies.Batching;

/// <summary>One function's waiting invocations and the sandbox they wait for, frozen.</summary>
public sealed record BatchSnapshot
{
    public required int Waiting { get; init; }

    /// <summary>How long the oldest of them has waited in this queue.</summary>
    public required TimeSpan OldestWait { get; init; }

    /// <summary>Null: the function promises no time to first token, so that nobody is made to wait for company.</summary>
    public required TimeSpan? Slo { get; init; }

    /// <summary>Sequences the sandbox may still take.</summary>
    public required int FreeSlots { get; init; }

    /// <summary>The sandbox runs nothing: waiting would only waste the device.</summary>
    public required bool SandboxIdle { get; init; }

    /// <summary>M: sandboxes with work on this device, this one included; at least 1. They stretch each other's steps M-fold.</summary>
    public required int Contenders { get; init; }

    public required BatchProfile Profile { get; init; }
}
