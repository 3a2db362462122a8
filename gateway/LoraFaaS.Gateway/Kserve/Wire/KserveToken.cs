namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>One token of an answer.</summary>
internal sealed record KserveToken(int Id, string Text, float Logprob, bool Special);
