namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>Log-probabilities in the chat dialect.</summary>
internal sealed record ChatLogprobs(IReadOnlyList<ChatTokenLogprob> Content);
