namespace LoraFaaS.Bench.Forecasting;

/// <summary>
/// Ten minutes' calls laid into minutes. Gaps with a coefficient of variation c make the calls of a minute as uneven as gamma variables of
/// shape n/(10 c²) are: a renewal process with that variation, at the scale of minutes.
/// </summary>
internal static class WindowSplit
{
    private const int Minutes = 10;

    public static int[] Split(int calls, double variation, Random random)
    {
        var minutes = new int[Minutes];

        if (calls == 0)
        {
            return minutes;
        }

        Span<double> shares = stackalloc double[Minutes];
        var shape = Math.Clamp(calls / (Minutes * Math.Max(0.05, variation * variation)), 0.02, 1e6);
        var sum = 0.0;

        foreach (ref var share in shares)
        {
            share = Gamma(shape, random);
            sum += share;
        }

        // Largest remainders would favour nobody by chance alone; the running total keeps the sum exact.
        double running = 0;
        var given = 0;
        var offset = random.NextDouble();

        for (var i = 0; i < Minutes; i++)
        {
            running += sum > 0 ? shares[i] / sum * calls : (double)calls / Minutes;
            var upTo = i == Minutes - 1 ? calls : Math.Clamp((int)Math.Floor(running + offset), given, calls);
            minutes[i] = upTo - given;
            given = upTo;
        }

        return minutes;
    }

    /// <summary>Marsaglia and Tsang 2000.</summary>
    private static double Gamma(double shape, Random random)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1, random) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);

        while (true)
        {
            var x = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var v = 1 + c * x;

            if (v > 0 && Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v * v * v + d * Math.Log(v * v * v))
            {
                return d * v * v * v;
            }
        }
    }
}
