namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>Log-probabilities in the completions dialect: parallel lists. Null stands for the first token of a repeated prompt.</summary>
internal sealed record TextLogprobs(List<string> Tokens, List<float?> TokenLogprobs, List<IReadOnlyDictionary<string, float>?> TopLogprobs, List<int> TextOffset);
