using System.Diagnostics.Metrics;
using System.Text;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>An instrument's name in Prometheus' words: underscores, the unit as a suffix, <c>_total</c> on counters (as OpenTelemetry's own exporter does).</summary>
internal static class MetricName
{
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder(Clean(instrument.Name));
        var unit = UnitSuffix(instrument.Unit);

        if (unit.Length > 0 && !name.ToString().EndsWith(unit, StringComparison.Ordinal))
        {
            name.Append(unit);
        }

        if (kind is MetricKind.Counter && !name.ToString().EndsWith("_total", StringComparison.Ordinal))
        {
            name.Append("_total");
        }

        return name.ToString();
    }

    /// <summary>Letters, digits and underscores, not beginning with a digit.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);

        foreach (var c in name)
        {
            if (clean.Length == 0 && char.IsAsciiDigit(c))
            {
                clean.Append('_');
            }

            clean.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        }

        return clean.ToString();
    }

    private static string UnitSuffix(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "us" => "_microseconds",
        "By" => "_bytes",
        "%" => "_percent",
        ['{', ..] => "",
        _ => "_" + Clean(unit),
    };
}
