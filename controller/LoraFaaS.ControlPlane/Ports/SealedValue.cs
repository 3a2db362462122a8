namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Encrypted bytes, and which key opens them. Stores never see what is inside.</summary>
public sealed record SealedValue(string KeyId, byte[] Bytes);
