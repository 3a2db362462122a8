namespace LoraFaaS.Engine.Sampling;

/// <summary>How choosing a token ended.</summary>
public enum SamplingStatus
{
    Sampled = 0,

    /// <summary>The logits hold NaN or +∞: weights or adapter are broken, and no choice among them would mean anything.</summary>
    NotFinite = 1,

    /// <summary>Bias or mask forbid every token.</summary>
    NothingAllowed = 2,
}
