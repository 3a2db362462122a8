namespace LoraFaaS.Worker.Offloading;

/// <summary>Who makes room on a full device.</summary>
public enum OffloadMode
{
    /// <summary>What is worth least by the byte, and ahead of need above the high-water mark.</summary>
    Density = 0,

    /// <summary>The sandbox that was idle longest, when room is needed.</summary>
    Oldest,

    /// <summary>Nobody: what does not fit is refused until something has been idle for <c>Worker:SandboxIdle</c>.</summary>
    None,
}
