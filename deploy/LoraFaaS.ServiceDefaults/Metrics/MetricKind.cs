namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>A family's type in the exposition format.</summary>
internal enum MetricKind
{
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}
