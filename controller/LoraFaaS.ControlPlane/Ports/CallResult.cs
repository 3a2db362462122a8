namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A function's answer. <c>Truncated</c>: the body was longer than the platform keeps.</summary>
public sealed record CallResult(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, double DurationSeconds, bool Truncated);
