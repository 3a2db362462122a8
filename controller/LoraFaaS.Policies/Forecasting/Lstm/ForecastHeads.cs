namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// What the network's outputs mean. For each horizon: the log-odds of a call, the lowest quantile of log(1 + calls), and the steps from
/// each quantile to the next, kept positive by softplus. Quantiles are counted from the level of the last minutes, so that a function with a million
/// calls is no harder than one with ten. Trained by cross-entropy and pinball loss, both proper.
/// </summary>
public static class ForecastHeads
{
    public const int PerHorizon = 1 + CountQuantiles.Count;

    private const float QuantileWeight = 2;

    /// <summary>Beyond this softplus is its argument.</summary>
    private const float Linear = 15;

    /// <summary>No quantile is above so many times the busiest minute of four hours, or this many calls a minute.</summary>
    private const float MostPeaks = 3;
    private const float FewCalls = 20;

    /// <summary>Shares of the distribution that each quantile stands for in the mean.</summary>
    private static readonly float[] MeanWeights = [0.175f, 0.2f, 0.25f, 0.2f, 0.12f, 0.055f];

    /// <summary>Silent heads say: a call is unlikely, and quantiles lie close together.</summary>
    internal static void Start(Span<float> bias)
    {
        for (var horizon = 0; horizon < ForecastHorizons.Count; horizon++)
        {
            var head = bias.Slice(horizon * PerHorizon, PerHorizon);
            head.Fill(-2);
            head[1] = 0;
        }
    }

    /// <summary>Reads one row of outputs, which the network gave for a row of features.</summary>
    public static CallForecast Read(ReadOnlySpan<float> outputs, ReadOnlySpan<float> features) => new(
        Read(outputs, features, ForecastHorizon.TenSeconds),
        Read(outputs, features, ForecastHorizon.OneMinute),
        Read(outputs, features, ForecastHorizon.FiveMinutes),
        Read(outputs, features, ForecastHorizon.FifteenMinutes));

    /// <summary>
    /// Loss of one row against the calls that came (NaN: not known), and its gradient by the outputs, both times
    /// <paramref name="scale"/>.
    /// </summary>
    internal static double Loss(ReadOnlySpan<float> outputs, ReadOnlySpan<float> features, ReadOnlySpan<float> calls, Span<float> gradient, float scale)
    {
        var loss = 0.0;
        gradient.Clear();

        for (var horizon = 0; horizon < ForecastHorizons.Count; horizon++)
        {
            if (!float.IsNaN(calls[horizon]))
            {
                var level = Level(features, (ForecastHorizon)horizon);
                loss += LossOf(outputs.Slice(horizon * PerHorizon, PerHorizon), level, calls[horizon], gradient.Slice(horizon * PerHorizon, PerHorizon), scale);
            }
        }

        return loss * scale;
    }

    private static double LossOf(ReadOnlySpan<float> head, float level, float calls, Span<float> gradient, float scale)
    {
        var any = calls > 0 ? 1f : 0f;
        var p = Sigmoid(head[0]);
        gradient[0] = scale * (p - any);
        double loss = Softplus(head[0]) - any * head[0];

        // From the highest quantile down: a step moves every quantile above it too.
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        Climb(head, level, quantiles);
        var target = MathF.Log(1 + calls);
        var above = 0f;
        const float Each = QuantileWeight / CountQuantiles.Count;

        for (var i = CountQuantiles.Count - 1; i >= 0; i--)
        {
            var share = (float)CountQuantiles.Levels[i];
            var error = target - quantiles[i];
            loss += Each * (error >= 0 ? share * error : (share - 1) * error);
            above += scale * Each * (error >= 0 ? -share : 1 - share);
            gradient[1 + i] = i == 0 ? above : above * Sigmoid(head[1 + i]);
        }

        return loss;
    }

    /// <summary>log(1 + calls of such a span) at the weighted rate of the last minutes.</summary>
    private static float Level(ReadOnlySpan<float> features, ForecastHorizon horizon) =>
        MathF.Log(1 + Math.Max(0, ForecastFeatures.Rate(features)) * ForecastHorizons.Seconds(horizon) / 60);

    private static void Climb(ReadOnlySpan<float> head, float level, Span<float> quantiles)
    {
        quantiles[0] = level + head[1];

        for (var i = 1; i < quantiles.Length; i++)
        {
            quantiles[i] = quantiles[i - 1] + Softplus(head[1 + i]);
        }
    }

    private static HorizonForecast Read(ReadOnlySpan<float> outputs, ReadOnlySpan<float> features, ForecastHorizon horizon)
    {
        var head = outputs.Slice((int)horizon * PerHorizon, PerHorizon);
        var most = MathF.Log(1 + Math.Max(FewCalls, MostPeaks * ForecastFeatures.Peak(features)) * Math.Max(1, ForecastHorizons.Seconds(horizon) / 60f));
        var p = Sigmoid(head[0]);
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        Climb(head, Level(features, horizon), quantiles);
        var mean = 0f;

        for (var i = 0; i < quantiles.Length; i++)
        {
            quantiles[i] = MathF.Exp(Math.Clamp(quantiles[i], 0, most)) - 1;
            mean += MeanWeights[i] * quantiles[i];
        }

        return new HorizonForecast(p, Math.Max(mean, p), WholeCounts.Of(p, quantiles));
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private static float Softplus(float x) => x > Linear ? x : MathF.Log(1 + MathF.Exp(x));
}
