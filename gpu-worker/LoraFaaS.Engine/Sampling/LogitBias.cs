namespace LoraFaaS.Engine.Sampling;

/// <summary>Added to one token's logit before anything else; −∞ forbids it.</summary>
public readonly record struct LogitBias(int Token, float Bias);
