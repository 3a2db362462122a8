using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>All series of one name.</summary>
internal sealed class MetricFamily
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly bool _isObserved;
    private readonly bool _isAbsolute;
    private readonly int _maxSeries;

    public MetricFamily(Instrument instrument, int maxSeries)
    {
        Kind = KindOf(instrument);
        Name = MetricName.Of(instrument, Kind);
        Help = instrument.Description ?? "";
        Bounds = Kind is MetricKind.Histogram ? HistogramBounds.Of(instrument) : [];
        _isObserved = instrument.IsObservable;
        _isAbsolute = _isObserved || IsGenericOf(instrument, typeof(Gauge<>));
        _maxSeries = maxSeries;
        _byText = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public double[] Bounds { get; }

    public IReadOnlyList<KeyValuePair<string, MetricSeries>> Series => [.. _series.OrderBy(pair => pair.Key, StringComparer.Ordinal)];

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = MetricLabels.With(tags, this, static (family, labels) => family.Find(labels));

        if (Kind is MetricKind.Histogram)
        {
            series.Observe(value);
        }
        else if (_isAbsolute)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Before observable instruments are asked: what they no longer report is gone.</summary>
    public void ForgetObserved()
    {
        if (_isObserved)
        {
            _series.Clear();
        }
    }

    private MetricSeries Find(ReadOnlySpan<char> labels)
    {
        if (_byText.TryGetValue(labels, out var known))
        {
            return known;
        }

        // Count takes all locks of the dictionary, but only on the way of a series that is new or one too many.
        var key = _series.Count < _maxSeries ? labels.ToString() : MetricLabels.Overflow;
        return _series.GetOrAdd(key, static (_, bounds) => new MetricSeries(bounds), Bounds);
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        if (IsGenericOf(instrument, typeof(Histogram<>)))
        {
            return MetricKind.Histogram;
        }

        return IsGenericOf(instrument, typeof(Counter<>)) || IsGenericOf(instrument, typeof(ObservableCounter<>)) ? MetricKind.Counter : MetricKind.Gauge;
    }

    private static bool IsGenericOf(Instrument instrument, Type open) => instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == open;
}
