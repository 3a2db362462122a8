namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// A durable store (catalogue, artifacts, usage, lease) cannot be reached or written now. The message is one line for an operator.
/// A write that ends in this was not acknowledged: it may have happened, so read again before deciding again.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
