namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A revision that had calls and gets none any more.</summary>
public sealed record RetiredRevision(int Number, DateTimeOffset At);
