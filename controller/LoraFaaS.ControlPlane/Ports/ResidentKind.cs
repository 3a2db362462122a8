namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What kind of artifact is resident.</summary>
public enum ResidentKind
{
    Backbone,
    Adapter,
    Sandbox,
    Kernels,
    Prefix,
    Code,
}
