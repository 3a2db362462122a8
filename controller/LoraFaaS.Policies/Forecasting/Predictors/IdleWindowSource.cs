namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>Where <see cref="IdleWindows"/> come from.</summary>
public enum IdleWindowSource
{
    /// <summary>Too little is known, or it says nothing.</summary>
    Standard,

    Histogram,

    /// <summary>The idle times are longer than the histogram.</summary>
    Forecast,
}
