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
}
