namespace LoraFaaS.Worker.Offloading;

/// <summary>What an artifact has to go through to come one tier nearer.</summary>
internal enum ClimbStep
{
    RemoteToDisk,
    DiskToHost,
    HostToDevice,
    BackbonePack,
    SandboxStart,
    PrefixCompute,

    /// <summary>A prompt prefix that was computed before, from the disk to the host.</summary>
    PrefixRead,

    /// <summary>The same, from the host into pages.</summary>
    PrefixRestore,
}
