using System.Globalization;

namespace LoraFaaS.Bench.Papers;

/// <summary>One figure over several slices: mean, and standard deviation as its spread.</summary>
internal sealed record Sample(double Mean, double Deviation)
{
    public static Sample Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return new Sample(mean, Math.Sqrt(all.Average(value => (value - mean) * (value - mean))));
    }

    public string Text(string unit = "", double scale = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{Mean * scale:0.##} ± {Deviation * scale:0.##}{unit}");
}
