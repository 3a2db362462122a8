namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Most open calls, and most bytes of their bodies.</summary>
public sealed record QueueBounds(long Calls, long Bytes);
