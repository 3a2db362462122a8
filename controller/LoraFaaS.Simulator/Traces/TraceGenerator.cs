namespace LoraFaaS.Simulator.Traces;

/// <summary>Made-up traffic: Gamma arrivals (coefficient of variation 1: Poisson) over functions whose popularity follows Zipf's law.</summary>
public static class TraceGenerator
{
    /// <param name="functions">The functions, most popular first.</param>
    /// <param name="callsPerSecond">Of all functions together.</param>
    /// <param name="seconds">Length.</param>
    /// <param name="variation">Of the gaps between calls.</param>
    /// <param name="zipf">Exponent of popularity; 0: all alike.</param>
    /// <param name="lengths">Of prompts and answers.</param>
    /// <param name="countFrom">Seconds that only warm the cluster.</param>
    /// <param name="seed">The same seed gives the same trace.</param>
    public static Trace Gamma(IReadOnlyList<TraceFunction> functions, double callsPerSecond, double seconds, double variation, double zipf, TokenLengths lengths, int seed, double countFrom = 0)
    {
        var random = new Random(seed);
        var count = (int)(callsPerSecond * seconds);
        var share = Popularity(functions.Count, zipf);
        var (arrival, function, prompt, output) = (new double[count], new int[count], new int[count], new int[count]);
        var shape = 1 / (variation * variation);
        var now = 0.0;

        for (var index = 0; index < count; index++)
        {
            now += GammaDraw(random, shape) / (shape * callsPerSecond);
            arrival[index] = now;
            var found = Array.BinarySearch(share, random.NextDouble());
            function[index] = Math.Min(found < 0 ? ~found : found, functions.Count - 1);
            prompt[index] = lengths.Prompt(random);
            output[index] = lengths.Output(random);
        }

        return new Trace { Name = $"gamma {callsPerSecond:0.##}/s cv {variation:0.##} zipf {zipf:0.##}", Arrival = arrival, Function = function, PromptTokens = prompt, OutputTokens = output, Functions = functions, Length = now, CountFrom = countFrom };
    }

    private static double[] Popularity(int count, double zipf)
    {
        var cumulative = new double[count];
        var sum = 0.0;

        for (var index = 0; index < count; index++)
        {
            cumulative[index] = sum += Math.Pow(index + 1, -zipf);
        }

        for (var index = 0; index < count; index++)
        {
            cumulative[index] /= sum;
        }

        return cumulative;
    }

    /// <summary>Marsaglia and Tsang's method; below 1 by the usual power of a uniform draw.</summary>
    private static double GammaDraw(Random random, double shape)
    {
        if (shape < 1)
        {
            return GammaDraw(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);

        while (true)
        {
            var x = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var v = 1 + (c * x);

            if (v > 0)
            {
                v = v * v * v;

                if (Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                {
                    return d * v;
                }
            }
        }
    }
}
