using System.Diagnostics.Metrics;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>A histogram's bucket bounds: those its author advised, else OpenTelemetry's defaults, divided by 1 000 when the unit is seconds.</summary>
internal static class HistogramBounds
{
    private static readonly double[] Defaults = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];

    public static double[] Of(Instrument instrument)
    {
        var advised = instrument switch
        {
            Instrument<double> doubles => Advised(doubles),
            Instrument<long> longs => Advised(longs),
            Instrument<int> ints => Advised(ints),
            Instrument<float> floats => Advised(floats),
            _ => null,
        };

        return advised is { Length: > 0 } ? advised : instrument.Unit == "s" ? Seconds : Defaults;
    }

    private static double[]? Advised<T>(Instrument<T> instrument)
        where T : struct =>
        instrument.Advice?.HistogramBucketBoundaries?.Select(bound => Convert.ToDouble(bound, System.Globalization.CultureInfo.InvariantCulture)).Order().ToArray();
}
