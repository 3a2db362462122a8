namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// What the network's outputs mean. For each horizon: the log-odds of a call, the lowest quantile of log(1 + calls), and the steps from
/// each quantile to the next, kept positive by softplus. Trained by cross-entropy and pinball loss, both proper.
/// </summary>
public static class ForecastHeads
{
    public const int PerHorizon = 1 + CountQuantiles.Count;

    private const float QuantileWeight = 2;

    /// <summary>Beyond this softplus is its argument.</summary>
    private const float Linear = 15;

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

    /// <summary>Reads one row of outputs.</summary>
    public static CallForecast Read(ReadOnlySpan<float> outputs) => new(
        ReadHorizon(outputs), ReadHorizon(outputs[PerHorizon..]), ReadHorizon(outputs[(2 * PerHorizon)..]), ReadHorizon(outputs[(3 * PerHorizon)..]));

    /// <summary>
    /// Loss of one row against the calls that came (NaN: not known), and its gradient by the outputs, both times
    /// <paramref name="scale"/>.
    /// </summary>
    internal static double Loss(ReadOnlySpan<float> outputs, ReadOnlySpan<float> calls, Span<float> gradient, float scale)
    {
        var loss = 0.0;
        gradient.Clear();

        for (var horizon = 0; horizon < ForecastHorizons.Count; horizon++)
        {
            if (!float.IsNaN(calls[horizon]))
            {
                loss += LossOf(outputs.Slice(horizon * PerHorizon, PerHorizon), calls[horizon], gradient.Slice(horizon * PerHorizon, PerHorizon), scale);
            }
        }

        return loss * scale;
    }

    private static double LossOf(ReadOnlySpan<float> head, float calls, Span<float> gradient, float scale)
    {
        var any = calls > 0 ? 1f : 0f;
        var p = Sigmoid(head[0]);
        gradient[0] = scale * (p - any);
        double loss = Softplus(head[0]) - any * head[0];

        // From the highest quantile down: a step moves every quantile above it too.
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        Climb(head, quantiles);
        var target = MathF.Log(1 + calls);
        var above = 0f;
        const float Each = QuantileWeight / CountQuantiles.Count;

        for (var i = CountQuantiles.Count - 1; i >= 0; i--)
        {
            var level = (float)CountQuantiles.Levels[i];
            var error = target - quantiles[i];
            loss += Each * (error >= 0 ? level * error : (level - 1) * error);
            above += scale * Each * (error >= 0 ? -level : 1 - level);
            gradient[1 + i] = i == 0 ? above : above * Sigmoid(head[1 + i]);
        }

        return loss;
    }

    private static void Climb(ReadOnlySpan<float> head, Span<float> quantiles)
    {
        quantiles[0] = head[1];

        for (var i = 1; i < quantiles.Length; i++)
        {
            quantiles[i] = quantiles[i - 1] + Softplus(head[1 + i]);
        }
    }

    private static HorizonForecast ReadHorizon(ReadOnlySpan<float> head)
    {
        var p = Sigmoid(head[0]);
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        Climb(head, quantiles);
        var mean = 0f;

        for (var i = 0; i < quantiles.Length; i++)
        {
            quantiles[i] = MathF.Exp(Math.Clamp(quantiles[i], 0, 20)) - 1;
            mean += MeanWeights[i] * quantiles[i];
        }

        return new HorizonForecast(p, Math.Max(mean, p), CountQuantiles.Of(quantiles));
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private static float Softplus(float x) => x > Linear ? x : MathF.Log(1 + MathF.Exp(x));
}
