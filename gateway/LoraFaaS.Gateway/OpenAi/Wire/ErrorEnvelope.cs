namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>Every error of /v1, also in the middle of a stream.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error);
