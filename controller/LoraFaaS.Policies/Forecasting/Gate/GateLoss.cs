namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>What <see cref="GateScores"/> keeps.</summary>
public enum GateLoss
{
    /// <summary>The logarithm of the probability that was given to what came: a call, or none.</summary>
    Log,

    /// <summary>Of the quantiles of log(1 + calls).</summary>
    Pinball,
}
