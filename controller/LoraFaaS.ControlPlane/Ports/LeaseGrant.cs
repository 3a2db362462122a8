namespace LoraFaaS.ControlPlane.Ports;

/// <summary>The lease is held, with this fencing token.</summary>
public sealed record LeaseGrant(long Token);
