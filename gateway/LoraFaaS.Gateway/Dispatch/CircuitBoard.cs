using System.Diagnostics.Metrics;
using LoraFaaS.Gateway.Metering;
using LoraFaaS.Policies.Circuits;

namespace LoraFaaS.Gateway.Dispatch;

/// <summary>
/// A circuit for each address that has failed. An address, not a name: a worker that was started again elsewhere is another place. Where nothing has failed
/// there is nothing here, and asking costs one read.
/// </summary>
internal sealed partial class CircuitBoard : IDisposable
{
    /// <summary>Addresses of workers that are long gone; beyond this many the board starts over.</summary>
    private const int MaxKnown = 4_096;

    private static readonly CircuitLimits Limits = CircuitLimits.Default;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Circuit> _circuits = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _opened;
    private readonly long _began;
    private int _count;

    public CircuitBoard(TimeProvider time, IMeterFactory meters, ILogger<CircuitBoard> logger)
    {
        (_time, _logger, _began) = (time, logger, time.GetTimestamp());
        _meter = meters.Create(InvocationMeter.Name + ".Circuits");
        _opened = _meter.CreateCounter<long>("gateway_circuit_opened_total", description: "Times a worker's address was passed over after failures in a row.");
        _meter.CreateObservableGauge("gateway_circuit_state", States, description: "Of addresses that failed lately: 0 closed, 1 open, 2 half-open.");
    }

    /// <summary>Some address has failed lately.</summary>
    public bool HasAny => Volatile.Read(ref _count) > 0;

    public bool MayTry(string url)
    {
        lock (_gate)
        {
            return !_circuits.TryGetValue(url, out var circuit) || CircuitPolicy.MayTry(circuit, Now);
        }
    }

    /// <summary>A call goes there.</summary>
    public void Begin(string url)
    {
        if (!HasAny)
        {
            return;
        }

        lock (_gate)
        {
            if (_circuits.TryGetValue(url, out var circuit))
            {
                _circuits[url] = CircuitPolicy.Begin(circuit, Now, Limits);
            }
        }
    }

    /// <summary>It answered, whatever it said.</summary>
    public void Succeeded(string url)
    {
        if (!HasAny)
        {
            return;
        }

        lock (_gate)
        {
            if (_circuits.Remove(url, out var circuit) && circuit.State is not CircuitState.Closed)
            {
                LogClosed(url);
            }

            Volatile.Write(ref _count, _circuits.Count);
        }
    }

    /// <summary>It could not be reached, or broke off.</summary>
    public void Failed(string url)
    {
        lock (_gate)
        {
            if (_circuits.Count >= MaxKnown && !_circuits.ContainsKey(url))
            {
                _circuits.Clear();
            }

            var before = _circuits.GetValueOrDefault(url, Circuit.Closed);
            var after = CircuitPolicy.Failed(before, Now, Limits);
            _circuits[url] = after;
            Volatile.Write(ref _count, _circuits.Count);

            if (before.State is not CircuitState.Open && after.State is CircuitState.Open)
            {
                _opened.Add(1, new KeyValuePair<string, object?>("worker", url));
                LogOpened(url, after.Failures, after.Pause.TotalSeconds);
            }
        }
    }

    public void Dispose() => _meter.Dispose();

    private TimeSpan Now => _time.GetElapsedTime(_began);

    private List<Measurement<int>> States()
    {
        lock (_gate)
        {
            return [.. _circuits.Select(pair => new Measurement<int>((int)pair.Value.State, new KeyValuePair<string, object?>("worker", pair.Key)))];
        }
    }

    [LoggerMessage(2701, LogLevel.Warning, "The worker at {Url} failed {Failures} times in a row: passed over for {Seconds} s where another can serve")]
    private partial void LogOpened(string url, int failures, double seconds);

    [LoggerMessage(2702, LogLevel.Information, "The worker at {Url} answers again")]
    private partial void LogClosed(string url);
}
