namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>Log-probabilities in the completions dialect: parallel lists.</summary>
internal sealed record TextLogprobs(
    IReadOnlyList<string> Tokens,
    IReadOnlyList<float?> TokenLogprobs,
    IReadOnlyList<IReadOnlyDictionary<string, float>?> TopLogprobs,
    IReadOnlyList<int> TextOffset);
