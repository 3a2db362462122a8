namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>Why it ended (in the last event only) and the tokens of this event.</summary>
internal sealed record KserveDetails(string? FinishReason, IReadOnlyList<KserveToken> Logprobs);
