namespace LoraFaaS.ControlPlane.Ports;

/// <summary>The newest <paramref name="Limit"/> records at or after <paramref name="Since"/> with numbers below <paramref name="Before"/>.</summary>
public sealed record AuditQuery(DateTimeOffset? Since, long? Before, int Limit);
