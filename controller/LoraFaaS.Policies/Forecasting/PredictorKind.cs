namespace LoraFaaS.Policies.Forecasting;

/// <summary>Who made a forecast.</summary>
public enum PredictorKind
{
    /// <summary>Nothing known of the function: its namespace's and everybody's rate.</summary>
    Prior,

    /// <summary>The next interval is as the last.</summary>
    LastValue,

    /// <summary>A constant rate over the last hour.</summary>
    PoissonRate,

    /// <summary>An exponentially weighted rate.</summary>
    WeightedRate,

    /// <summary>The idle-time histogram.</summary>
    IdleHistogram,

    /// <summary>The recurrent network.</summary>
    Lstm,
}
