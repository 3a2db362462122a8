namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>What <see cref="GateScores"/> keeps.</summary>
public enum GateLoss
{
    /// <summary>Of the probability of a call.</summary>
    Brier,

    /// <summary>Of the quantiles of log(1 + calls).</summary>
    Pinball,
}
