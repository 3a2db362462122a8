namespace LoraFaaS.Gateway.Vllm.Wire;

/// <summary>The envelope.</summary>
internal sealed record VllmError(VllmErrorBody Error);
