namespace LoraFaaS.Simulator.Reports;

/// <summary>Mean and percentiles of a column; zeros where there is nothing.</summary>
public sealed record Spread(double Mean, double P50, double P90, double P95, double P99, double Most)
{
    public static readonly Spread Nothing = new(0, 0, 0, 0, 0, 0);

    /// <summary>Sorts the values in place.</summary>
    public static Spread Of(double[] values)
    {
        if (values.Length == 0)
        {
            return Nothing;
        }

        Array.Sort(values);
        return new Spread(values.Average(), At(values, 0.5), At(values, 0.9), At(values, 0.95), At(values, 0.99), values[^1]);
    }

    /// <summary>The least value that so many are not above.</summary>
    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
