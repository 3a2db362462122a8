namespace LoraFaaS.Gateway.Lorax.Wire;

/// <summary>One token of an answer.</summary>
internal sealed record LoraxToken(int Id, string Text, float Logprob, bool Special);
