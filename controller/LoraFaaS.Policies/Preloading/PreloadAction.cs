namespace LoraFaaS.Policies.Preloading;

/// <summary>What is to happen with an artifact at a worker.</summary>
public enum PreloadAction
{
    /// <summary>It is there and stays.</summary>
    Keep,

    /// <summary>Bring it.</summary>
    Load,

    /// <summary>It is wanted, but the link's budget is spent or a call needs the link; the next plan asks again.</summary>
    Wait,

    /// <summary>Move it down: others are worth more there, or it is not worth its bytes.</summary>
    Offload,
}
