namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A stored audit record; numbers rise in the order of storing.</summary>
public sealed record NumberedAudit(long Number, AuditRecord Record);
