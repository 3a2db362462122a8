using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>The forecast of one function as the planner uses it.</summary>
public sealed record FunctionForecast
{
    public required FunctionId Function { get; init; }

    /// <summary>The instant the horizons count from.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The predictor that the gate trusted most for the next minute.</summary>
    public required PredictorKind Predictor { get; init; }

    public required CallForecast Calls { get; init; }

    /// <summary>The hybrid histogram's windows since its last call.</summary>
    public IdleWindows Idle { get; init; } = HybridHistogram.Standard;
}
