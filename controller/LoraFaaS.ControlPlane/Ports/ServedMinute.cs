namespace LoraFaaS.ControlPlane.Ports;

/// <summary>The finished invocations that were started within one minute (UTC).</summary>
public sealed record ServedMinute(DateTimeOffset Minute, ServedSum Sum);
