using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>
/// The one listener to every meter of this process. It keeps the families that <see cref="MetricsExposition"/> writes; the Prometheus exporter
/// package would do the same and does not restore.
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private static readonly string[] DefaultMeters = ["LoraFaaS", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _observing = new();
    private readonly IMeterFactory _meters;
    private readonly string[] _prefixes;
    private readonly int _maxSeries;

    public MetricsRegistry(IOptions<MetricsOptions> options, IMeterFactory meters)
    {
        _meters = meters;
        _prefixes = options.Value.Meters.Count > 0 ? [.. options.Value.Meters] : DefaultMeters;
        _maxSeries = options.Value.MaxSeries;

        _listener.InstrumentPublished = OnPublished;
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Record(family, (double)value, tags));
        _listener.Start();
    }

    /// <summary>All families by name, observable ones read now.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        // Two scrapes at once would clear what the other has just read.
        lock (_observing)
        {
            foreach (var family in _families.Values)
            {
                family.ForgetObserved();
            }

            _listener.RecordObservableInstruments();
            return [.. _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((MetricFamily)family!).Record(value, tags);

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        // Meters of another host in the same process (tests) belong to that host's factory.
        var isOurs = instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _meters);

        if (!isOurs || !_prefixes.Any(prefix => instrument.Meter.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }

        var family = new MetricFamily(instrument, _maxSeries);
        listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(family.Name, family));
    }
}
