namespace LoraFaaS.Worker.Isolation;

/// <summary>A measure that is required does not hold on this machine.</summary>
internal sealed class IsolationMissingException(string missing) : Exception($"Worker:RequireIsolation: {missing}");
