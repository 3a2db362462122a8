namespace LoraFaaS.Engine.Sampling;

/// <summary>A token and its natural log-probability under the unchanged logits.</summary>
public readonly record struct TokenLogprob(int Token, float Logprob);
