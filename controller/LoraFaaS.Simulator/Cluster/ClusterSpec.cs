namespace LoraFaaS.Simulator.Cluster;

/// <summary>Accelerators, links, artifact timings and prices: everything of a run that is not the trace or the system.</summary>
public sealed record ClusterSpec
{
    public required string Name { get; init; }

    public required int Devices { get; init; }

    public required double DeviceGigabytes { get; init; }

    public required IReadOnlyList<BackboneSpec> Backbones { get; init; }

    /// <summary>A process or container until it runs.</summary>
    public double WarmMs { get; init; } = 970;

    /// <summary>Loading libraries in it.</summary>
    public double LibrariesMs { get; init; } = 2_990;

    /// <summary>Attaching an adapter where the backbone is there, the copy itself not counted.</summary>
    public double AttachMs { get; init; } = 600;

    /// <summary>What the first inference of a process takes longer: context, kernels.</summary>
    public double KernelsMs { get; init; } = 870;

    /// <summary>Taking a blank process that has its libraries, context and kernels.</summary>
    public double BlankMs { get; init; } = 30;

    /// <summary>
    /// How much later the first tokens that are being made on a device come for each call that comes meanwhile, milliseconds: the host's work for it, where the device's processors are the host's.
    /// </summary>
    public double HostMs { get; init; }

    /// <summary>Device memory of each process, whatever it runs.</summary>
    public double ContextGigabytes { get; init; } = 0.473;

    /// <summary>Host memory of each process.</summary>
    public double ProcessHostGigabytes { get; init; } = 1;

    /// <summary>Adapters lie in the store until a device's first use; else on every disk from the start.</summary>
    public bool AdaptersRemote { get; init; }

    public double StoreGigabytesPerSecond { get; init; } = 0.5;

    public double DiskGigabytesPerSecond { get; init; } = 3;

    public double DeviceGigabytesPerSecond { get; init; } = 5;

    public PriceSpec Price { get; init; } = new();
}
