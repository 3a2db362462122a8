namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// What functions alike have in common that no weighing of predictors can mend: where all of them say too much or too little, or one's lead is worth more
/// than its weight. The mixture's probability is moved in the logistic domain by what sets each predictor apart from it, by weights that all functions of
/// a group learn together (gated logistic mixing: Mattern 2012; steps by AdaGrad, Duchi et al. 2011). Without evidence it changes nothing.
/// </summary>
public sealed class GateBlend
{
    /// <summary>
    /// The first step's length, later ones are shorter by the root of what was seen: an hour of agreeing evidence moves a weight by three quarters, an hour of noise by a
    /// tenth. Chosen on the first two thirds of the Azure day, whose scored part was not looked at.
    /// </summary>
    private const double Rate = 0.05;

    /// <summary>Logits beyond this say no more; e^-7 is one in a thousand.</summary>
    private const double MostLogit = 7;

    private static readonly int Inputs = GateScores.Predictors + 1;

    private readonly double[] _weights = new double[ForecastHorizons.Count * Inputs];
    private readonly double[] _squares = new double[ForecastHorizons.Count * Inputs];
    private readonly double[] _gradients = new double[ForecastHorizons.Count * Inputs];
    private readonly int[] _heard = new int[ForecastHorizons.Count];

    /// <summary>Weights, then the squared gradients behind them.</summary>
    internal IEnumerable<double> Memory => _weights.Concat(_squares);

    internal static int MemorySize => 2 * ForecastHorizons.Count * Inputs;

    /// <summary>The probability of a call, made of the mixture's and the predictors'.</summary>
    public double Of(ForecastHorizon horizon, double mixed, ReadOnlySpan<HorizonForecast> said)
    {
        var start = Logit(mixed);
        var weights = Row(_weights, horizon);
        var moved = weights[^1];

        for (var i = 0; i < said.Length; i++)
        {
            moved += weights[i] * (Logit(said[i].AtLeastOne) - start);
        }

        // Nothing learned: exactly the mixture's, beyond the logits' bounds too.
        return moved == 0 ? mixed : Logistic(start + moved);
    }

    /// <summary>Takes what came after a forecast; counts at the next <see cref="Settle"/>.</summary>
    internal void Hear(ForecastHorizon horizon, double mixed, ReadOnlySpan<HorizonForecast> said, double calls)
    {
        var error = (calls > 0 ? 1 : 0) - Of(horizon, mixed, said);
        var start = Logit(mixed);
        var gradients = Row(_gradients, horizon);

        for (var i = 0; i < said.Length; i++)
        {
            gradients[i] += error * (Logit(said[i].AtLeastOne) - start);
        }

        gradients[^1] += error;
        _heard[(int)horizon]++;
    }

    /// <summary>One step by the mean of what was heard since the last: functions of one minute are one piece of evidence, not many.</summary>
    internal void Settle()
    {
        foreach (var horizon in ForecastHorizons.All)
        {
            if (_heard[(int)horizon] == 0)
            {
                continue;
            }

            var weights = Row(_weights, horizon);
            var squares = Row(_squares, horizon);
            var gradients = Row(_gradients, horizon);

            for (var i = 0; i < Inputs; i++)
            {
                var gradient = gradients[i] / _heard[(int)horizon];
                squares[i] += gradient * gradient;
                weights[i] += squares[i] > 0 ? Rate * gradient / Math.Sqrt(squares[i]) : 0;
            }

            gradients.Clear();
            _heard[(int)horizon] = 0;
        }
    }

    internal void Restore(ReadOnlySpan<double> memory)
    {
        memory[.._weights.Length].CopyTo(_weights);
        memory[_weights.Length..].CopyTo(_squares);
    }

    private static Span<double> Row(double[] values, ForecastHorizon horizon) => values.AsSpan((int)horizon * Inputs, Inputs);

    private static double Logit(double p) => Math.Clamp(Math.Log(Math.Max(p, 1e-12) / Math.Max(1 - p, 1e-12)), -MostLogit, MostLogit);

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
