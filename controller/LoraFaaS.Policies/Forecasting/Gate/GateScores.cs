namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// How well each predictor did of late, for every horizon: sums of proper scores that fade with time. The probability of a call is
/// scored by its logarithm, the quantiles by the pinball loss of log(1 + calls), so that large functions do not drown small ones.
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

    internal static int MemorySize => Size + ForecastHorizons.Count + GateTrust.Size;

    /// <summary>Sums, counts, then the trust.</summary>
    internal IEnumerable<double> Memory => _sums.Concat(_counts).Concat(Trust.All.ToArray());

    internal static int Size => ForecastHorizons.Count * Predictors * Losses;

    internal static int Predictors { get; } = Enum.GetValues<PredictorKind>().Length;

    /// <summary>Scores of so many forecasts are held, the faded ones in part.</summary>
    public double Count(ForecastHorizon horizon) => _counts[(int)horizon];

    public double Sum(ForecastHorizon horizon, PredictorKind predictor, GateLoss loss) => _sums[At((int)horizon, (int)predictor, (int)loss)];

    /// <summary>Mean score; 0 where there is none.</summary>
    public double Mean(ForecastHorizon horizon, PredictorKind predictor, GateLoss loss) =>
        Count(horizon) is > 0 and var count ? Sum(horizon, predictor, loss) / count : 0;

    /// <summary>Whom these scores make one believe.</summary>
    public GateTrust Trust { get; } = new();

    /// <summary>
    /// Takes what every predictor had said of a span in which so many calls came; <paramref name="group"/> is whom functions alike believe.
    /// </summary>
    public void Add(ForecastHorizon horizon, ReadOnlySpan<HorizonForecast> said, double calls, GateTrust group)
    {
        Span<double> log = stackalloc double[said.Length];
        Span<double> pinball = stackalloc double[said.Length];

        for (var predictor = 0; predictor < said.Length; predictor++)
        {
            log[predictor] = ForecastScores.Log(said[predictor], calls);
            pinball[predictor] = ForecastScores.LogPinball(said[predictor], calls);
        }

        var keep = Math.Pow(0.5, 1 / HalfLives[(int)horizon]);
        _counts[(int)horizon] = keep * _counts[(int)horizon] + 1;

        for (var predictor = 0; predictor < said.Length; predictor++)
        {
            Fade(At((int)horizon, predictor, (int)GateLoss.Log), keep, log[predictor]);
            Fade(At((int)horizon, predictor, (int)GateLoss.Pinball), keep, pinball[predictor]);
        }

        ForecastGate.Learn(this, horizon, GateLoss.Log, log, group);
        ForecastGate.Learn(this, horizon, GateLoss.Pinball, pinball, group);
    }

    /// <summary>From what <see cref="Memory"/> gave.</summary>
    internal static GateScores Restore(ReadOnlySpan<double> memory)
    {
        var scores = new GateScores(memory[..Size].ToArray(), memory.Slice(Size, ForecastHorizons.Count).ToArray());
        memory[(Size + ForecastHorizons.Count)..].CopyTo(scores.Trust.All);
        return scores;
    }

    private static int At(int horizon, int predictor, int loss) => (horizon * Predictors + predictor) * Losses + loss;

    private void Fade(int at, double keep, double loss) => _sums[at] = keep * _sums[at] + loss;
}
