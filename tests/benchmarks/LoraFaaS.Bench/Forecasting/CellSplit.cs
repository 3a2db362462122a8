namespace LoraFaaS.Bench.Forecasting;

/// <summary>
/// The traces count by minutes; where in its minute a call came is drawn evenly, by a hash of function, minute and call, so that it is
/// the same in every run. Anything under a minute rests on that, and no predictor can know it.
/// </summary>
internal static class CellSplit
{
    public const int Cells = 6;

    private const int DrawnSingly = 48;

    public static void Split(TraceSeries series, int minute, Span<int> cells)
    {
        cells.Clear();
        var calls = series.Minutes[minute];
        var state = series.Seed + (ulong)minute * 0x9E3779B97F4A7C15UL;

        if (calls <= DrawnSingly)
        {
            for (var i = 0; i < calls; i++)
            {
                cells[(int)(Next(ref state) % Cells)]++;
            }

            return;
        }

        var left = calls;

        for (var i = 0; i < Cells - 1; i++)
        {
            // A binomial share, by its normal approximation.
            var share = 1.0 / (Cells - i);
            var draw = left * share + Math.Sqrt(left * share * (1 - share)) * Normal(ref state);
            cells[i] = Math.Clamp((int)Math.Round(draw), 0, left);
            left -= cells[i];
        }

        cells[Cells - 1] = left;
    }

    private static double Normal(ref ulong state)
    {
        var sum = 0.0;

        for (var i = 0; i < 4; i++)
        {
            sum += (Next(ref state) >> 11) * (1.0 / (1UL << 53)) - 0.5;
        }

        return sum * Math.Sqrt(3);
    }

    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
