using LoraFaaS.Console.Live;
using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Console.Components;

/// <summary>One tier of a worker's memory, in parts.</summary>
internal sealed record MemoryBar(string Name, string Sum, IReadOnlyList<MemoryPart> Parts)
{
    /// <summary>For those who do not see it.</summary>
    public string Words => $"{Name}, {Sum}: {string.Join(", ", Parts.Where(part => part.Bytes > 0).Select(part => $"{part.Name} {Quantity.Bytes(part.Bytes)}"))}";

    public static IReadOnlyList<MemoryBar> Of(WorkerInfo worker)
    {
        var (adapters, prefixes) = (Sum("device", "adapter"), Sum("device", "prefix"));
        var (backbones, hosted, cached) = (Sum("host", "backbone"), Sum("host", "adapter"), Sum("disk", "adapter"));
        var (copies, files) = (Sum("host", "prefix"), Sum("disk", "prefix"));

        return
        [
            new MemoryBar("device", $"{Quantity.Bytes(worker.DeviceBytesUsed)} of {Quantity.Bytes(worker.DeviceBytes)}",
            [
                new MemoryPart("adapter", "adapters", adapters),
                new MemoryPart("prefix", "prompt prefixes", prefixes),

                // What sandboxes lease is theirs for KV, whether a sequence uses it now or not.
                new MemoryPart("kv", "KV and leased pages", Math.Max(0, worker.DeviceBytesUsed - adapters - prefixes)),
                new MemoryPart("free", "free", Math.Max(0, worker.DeviceBytes - worker.DeviceBytesUsed)),
            ]),
            new MemoryBar("host", Quantity.Bytes(backbones + hosted + copies),
            [
                new MemoryPart("backbone", "backbone, once for all", backbones), new MemoryPart("adapter", "adapters", hosted), new MemoryPart("prefix", "prompt prefixes", copies),
            ]),
            new MemoryBar("disk", Quantity.Bytes(cached + files), [new MemoryPart("adapter", "adapters", cached), new MemoryPart("prefix", "prompt prefixes", files)]),
        ];

        double Sum(string tier, string kind) => worker.Resident.Where(artifact => artifact.Tier == tier && artifact.Kind == kind).Sum(artifact => (double)artifact.Bytes);
    }
}
