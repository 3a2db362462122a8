namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>One generated token with the alternatives asked for.</summary>
internal sealed record ChatTokenLogprob(string Token, float Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<ChatTopLogprob> TopLogprobs);
