namespace LoraFaaS.Worker.Isolation;

/// <summary>The launcher could not try measures at all.</summary>
internal sealed class IsolationMissingException(string reason) : Exception($"The launcher does not run: {reason}");
