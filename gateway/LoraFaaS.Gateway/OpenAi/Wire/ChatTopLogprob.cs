namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>One alternative.</summary>
internal sealed record ChatTopLogprob(string Token, float Logprob, IReadOnlyList<int> Bytes);
