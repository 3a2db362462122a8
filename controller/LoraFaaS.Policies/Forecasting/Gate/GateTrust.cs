namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>How far each predictor is trusted, for every horizon and loss: weights that sum to 1.</summary>
public sealed class GateTrust
{
    private readonly double[] _weights;

    public GateTrust()
    {
        _weights = new double[Size];
        Array.Fill(_weights, 1.0 / GateScores.Predictors);
    }

    internal static int Size => ForecastHorizons.Count * GateScores.Losses * GateScores.Predictors;

    /// <summary>In the order of <see cref="PredictorKind"/>.</summary>
    public Span<double> Of(ForecastHorizon horizon, GateLoss loss) =>
        _weights.AsSpan(((int)horizon * GateScores.Losses + (int)loss) * GateScores.Predictors, GateScores.Predictors);

    internal Span<double> All => _weights;
}
