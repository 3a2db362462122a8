using System.Diagnostics.Metrics;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Metering;

/// <summary>What this worker shows of memory and processes.</summary>
internal sealed class MemoryMetrics
{
    public MemoryMetrics(IMeterFactory meters, DeviceLedger device, HostLedger host, ArtifactCache disk, SandboxSupervisor supervisor)
    {
        var meter = meters.Create(WorkerTelemetry.Name);
        meter.CreateObservableGauge("lorafaas.worker.memory.used", () => Used(device, host, disk), "By", "Bytes in use by tier.");
        meter.CreateObservableGauge("lorafaas.worker.memory.capacity", () => Capacity(device, host), "By", "Bytes there are by tier.");
        meter.CreateObservableGauge("lorafaas.worker.sandboxes", () => supervisor.Resident.Count, "{process}", "Sandboxes that serve a trust domain.");
        meter.CreateObservableGauge("lorafaas.worker.adapters", () => supervisor.Resident.Sum(sandbox => sandbox.Adapters.Count), "{adapter}", "Adapters at device tier.");
    }

    private static IEnumerable<Measurement<long>> Used(DeviceLedger device, HostLedger host, ArtifactCache disk) =>
    [
        Of("device", device.Used.Bytes), Of("host", host.Used.Bytes), Of("disk", disk.Used.Bytes),
    ];

    private static IEnumerable<Measurement<long>> Capacity(DeviceLedger device, HostLedger host) =>
        [Of("device", device.Capacity.Bytes), Of("host", host.Capacity.Bytes)];

    private static Measurement<long> Of(string tier, long bytes) => new(bytes, new KeyValuePair<string, object?>("tier", tier));
}
