using System.Globalization;
using System.Text;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>Families as Prometheus' text format 0.0.4.</summary>
internal static class MetricsExposition
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(16_384);

        foreach (var family in families)
        {
            var series = family.Series;

            if (series.Count > 0)
            {
                WriteHead(text, family);

                foreach (var (labels, values) in series)
                {
                    WriteSeries(text, family, labels, values);
                }
            }
        }

        return text.ToString();
    }

    private static void WriteHead(StringBuilder text, MetricFamily family)
    {
        if (family.Help.Length > 0)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            MetricKind.Histogram => "histogram",
            _ => throw new System.Diagnostics.UnreachableException(),
        }).Append('\n');
    }

    private static void WriteSeries(StringBuilder text, MetricFamily family, string labels, MetricSeries series)
    {
        if (family.Kind is not MetricKind.Histogram)
        {
            WriteSample(text, family.Name, labels, series.Value);
            return;
        }

        var cumulative = series.CumulativeBuckets();

        for (var i = 0; i < cumulative.Length; i++)
        {
            var bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            WriteSample(text, family.Name + "_bucket", labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", cumulative[i]);
        }

        WriteSample(text, family.Name + "_sum", labels, series.Value);

        WriteSample(text, family.Name + "_count", labels, cumulative[^1]);
    }

    private static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);

        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
