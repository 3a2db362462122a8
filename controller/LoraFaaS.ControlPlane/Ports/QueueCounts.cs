namespace LoraFaaS.ControlPlane.Ports;

/// <summary>How full the queue is. <c>Open</c> calls are waiting or running; <c>OpenBytes</c> are those of their bodies.</summary>
public sealed record QueueCounts(long Open, long OpenBytes, long Completed, long Dead);
