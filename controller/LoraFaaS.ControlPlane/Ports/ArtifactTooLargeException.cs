namespace LoraFaaS.ControlPlane.Ports;

/// <summary>An upload went past its limit.</summary>
public sealed class ArtifactTooLargeException(long maxBytes) : Exception($"The artifact is larger than {maxBytes} bytes.")
{
    public long MaxBytes { get; } = maxBytes;
}
