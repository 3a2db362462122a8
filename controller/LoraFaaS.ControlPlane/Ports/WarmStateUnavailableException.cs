namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// The warm state cannot be reached now. Nothing that was acknowledged to a client is lost by it: who gets this carries on
/// with what it last knew and tries again at its next turn.
/// </summary>
public sealed class WarmStateUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
