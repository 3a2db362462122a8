namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// How well each predictor did of late, for every horizon: sums of proper scores that fade with time. The probability of a call is
/// scored by Brier's score, the quantiles by the pinball loss of log(1 + calls), so that large functions do not drown small ones.
/// </summary>
public sealed class GateScores
{
    public const int Losses = 2;

    /// <summary>Forecasts after which a score weighs half.</summary>
    private static readonly double[] HalfLives = [120, 120, 240, 96];

    private readonly double[] _sums;
    private readonly double[] _counts;

    public GateScores()
        : this(new double[Size], new double[ForecastHorizons.Count])
    {
    }

    private GateScores(double[] sums, double[] counts) => (_sums, _counts) = (sums, counts);

    internal static int Size => ForecastHorizons.Count * Predictors * Losses;

    internal static int Predictors { get; } = Enum.GetValues<PredictorKind>().Length;

    /// <summary>Scores of so many forecasts are held, the faded ones in part.</summary>
    public double Count(ForecastHorizon horizon) => _counts[(int)horizon];

    public double Sum(ForecastHorizon horizon, PredictorKind predictor, GateLoss loss) => _sums[At((int)horizon, (int)predictor, (int)loss)];

    /// <summary>Mean score; 0 where there is none.</summary>
    public double Mean(ForecastHorizon horizon, PredictorKind predictor, GateLoss loss) =>
        Count(horizon) is > 0 and var count ? Sum(horizon, predictor, loss) / count : 0;

    /// <summary>Takes what every predictor had said of a span in which so many calls came.</summary>
    public void Add(ForecastHorizon horizon, ReadOnlySpan<HorizonForecast> said, double calls)
    {
        var keep = Math.Pow(0.5, 1 / HalfLives[(int)horizon]);
        _counts[(int)horizon] = keep * _counts[(int)horizon] + 1;

        for (var predictor = 0; predictor < said.Length; predictor++)
        {
            Fade(At((int)horizon, predictor, (int)GateLoss.Brier), keep, ForecastScores.Brier(said[predictor], calls));
            Fade(At((int)horizon, predictor, (int)GateLoss.Pinball), keep, ForecastScores.LogPinball(said[predictor], calls));
        }
    }

    /// <summary>What a new function begins with: the mean scores of others, as if it had made <paramref name="worth"/> forecasts of its own.</summary>
    public static GateScores From(GateScores others, double worth)
    {
        var scores = new GateScores();

        for (var horizon = 0; horizon < ForecastHorizons.Count; horizon++)
        {
            var count = others._counts[horizon];
            scores._counts[horizon] = count > 0 ? worth : 0;

            for (var i = At(horizon, 0, 0); i < At(horizon + 1, 0, 0) && count > 0; i++)
            {
                scores._sums[i] = others._sums[i] / count * worth;
            }
        }

        return scores;
    }

    /// <summary>Adds another's, for a group's mean.</summary>
    public void Merge(GateScores other)
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i] += other._sums[i];
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    internal Span<double> Sums => _sums;

    internal Span<double> Counts => _counts;

    private static int At(int horizon, int predictor, int loss) => (horizon * Predictors + predictor) * Losses + loss;

    private void Fade(int at, double keep, double loss) => _sums[at] = keep * _sums[at] + loss;
}
