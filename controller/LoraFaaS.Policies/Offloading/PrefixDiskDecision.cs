namespace LoraFaaS.Policies.Offloading;

/// <summary>Whether a prompt prefix is written to disk, and why not.</summary>
public enum PrefixDiskDecision
{
    Write,

    /// <summary>It alone is more than all of them may have.</summary>
    TooLarge,

    /// <summary>The disk would have less free than its reserve.</summary>
    DiskIsFull,

    /// <summary>Computing it again is as quick as reading it, or nearly.</summary>
    NotWorthIt,
}
