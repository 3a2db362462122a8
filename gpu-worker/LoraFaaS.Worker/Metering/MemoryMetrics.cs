using System.Diagnostics.Metrics;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Metering;

/// <summary>What this worker shows of memory and processes, and of who waits for readers.</summary>
internal sealed class MemoryMetrics
{
    public MemoryMetrics(
        IMeterFactory meters, DeviceLedger device, HostLedger host, ArtifactCache disk, SandboxSupervisor supervisor, SandboxSpawner sandboxes, HandlerSpawner handlers,
        MemoryReserve reserve, PrefixImages prefixes, PrefixDisk prefixFiles)
    {
        var meter = meters.Create(WorkerTelemetry.Name);
        meter.CreateObservableGauge("lorafaas.worker.memory.used", () => Used(device, host, disk), "By", "Bytes in use by tier.");
        meter.CreateObservableGauge("lorafaas.worker.memory.capacity", () => Capacity(device, host), "By", "Bytes there are by tier.");
        meter.CreateObservableGauge("lorafaas.worker.memory.reserve", () => reserve.Held.Bytes, "By", "Bytes kept at hand for the next cold start.");
        meter.CreateObservableGauge("lorafaas.worker.sandboxes", () => supervisor.Resident.Count, "{process}", "Sandboxes that serve a trust domain.");
        meter.CreateObservableGauge("lorafaas.worker.blanks", () => Blanks(sandboxes, handlers), "{process}", "Processes that wait to be somebody's.");
        meter.CreateObservableGauge("lorafaas.worker.adapters", () => supervisor.Resident.Sum(sandbox => sandbox.Adapters.Count), "{adapter}", "Adapters at device tier.");
        meter.CreateObservableGauge("lorafaas.worker.prefixes", () => Prefixes(supervisor, prefixes, prefixFiles, _ => 1), "{prefix}", "Prompt prefixes by tier.");
        meter.CreateObservableGauge("lorafaas.worker.prefix.bytes", () => Prefixes(supervisor, prefixes, prefixFiles, bytes => bytes), "By", "Bytes of prompt prefixes by tier.");
        meter.CreateObservableGauge(
            "lorafaas.worker.sequences.parked", () => supervisor.Resident.Sum(sandbox => (long)sandbox.Load.Parked), "{sequence}", "Sequences that wait for their callers to read.");
    }

    private static IEnumerable<Measurement<long>> Used(DeviceLedger device, HostLedger host, ArtifactCache disk) =>
    [
        Of("device", device.Used.Bytes), Of("host", host.Used.Bytes), Of("disk", disk.Used.Bytes),
    ];

    private static IEnumerable<Measurement<long>> Capacity(DeviceLedger device, HostLedger host) =>
        [Of("device", device.Capacity.Bytes), Of("host", host.Capacity.Bytes)];

    private static IEnumerable<Measurement<long>> Prefixes(SandboxSupervisor supervisor, PrefixImages host, PrefixDisk disk, Func<long, long> of) =>
    [
        Of("device", supervisor.Resident.SelectMany(sandbox => sandbox.Prefixes).Sum(prefix => of(prefix.Size.Bytes))),
        Of("host", host.Inventory.Sum(image => of(image.Size.Bytes))),
        Of("disk", disk.Inventory.Sum(image => of(image.Size.Bytes))),
    ];

    private static IEnumerable<Measurement<long>> Blanks(SandboxSpawner sandboxes, HandlerSpawner handlers) =>
    [
        new(sandboxes.Blanks, new KeyValuePair<string, object?>("kind", "sandbox")), new(handlers.Blanks, new KeyValuePair<string, object?>("kind", "handler")),
    ];

    private static Measurement<long> Of(string tier, long bytes) => new(bytes, new KeyValuePair<string, object?>("tier", tier));
}
