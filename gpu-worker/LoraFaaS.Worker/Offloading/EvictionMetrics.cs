using System.Diagnostics.Metrics;
using LoraFaaS.Contracts.Units;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Offloading;

/// <summary>Counts evictions and writes down who caused them.</summary>
internal sealed partial class EvictionMetrics
{
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _bytes;
    private readonly ILogger<EvictionMetrics> _logger;

    public EvictionMetrics(IMeterFactory meters, ILogger<EvictionMetrics> logger)
    {
        var meter = meters.Create(WorkerTelemetry.Name);
        _evictions = meter.CreateCounter<long>("lorafaas.worker.evictions", "{artifact}", "Artifacts that left the device to make room, by kind.");
        _bytes = meter.CreateCounter<long>("lorafaas.worker.evicted", "By", "Bytes that left the device to make room.");
        _logger = logger;
    }

    public void Count(Eviction eviction)
    {
        _evictions.Add(1, new KeyValuePair<string, object?>("kind", eviction.Kind.ToWord()));
        _bytes.Add(eviction.Size.Bytes);
        LogEvicted(eviction.Kind.ToWord(), eviction.Victim.Value, eviction.Size, eviction.Causer?.Value ?? "the next load", eviction.Reload.TotalMilliseconds);
    }

    [LoggerMessage(3261, LogLevel.Information, "A {Kind} of {Victim}, {Bytes}, made room for {Causer}; bringing it back takes {ReloadMs:0.0} ms")]
    private partial void LogEvicted(string kind, string victim, ByteSize bytes, string causer, double reloadMs);
}
