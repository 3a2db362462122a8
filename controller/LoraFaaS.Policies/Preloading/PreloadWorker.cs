using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>One worker as the planner fills it: what it may hold at each tier, and what may be moved until the next plan.</summary>
public sealed record PreloadWorker
{
    public required WorkerId Id { get; init; }

    /// <summary>Bytes of the disk cache that plans may use.</summary>
    public ByteSize Disk { get; init; }

    public ByteSize Host { get; init; }

    /// <summary>Device bytes without those of running sequences, which no plan takes.</summary>
    public ByteSize Device { get; init; }

    /// <summary>Blank sandboxes that wait there. A plan starts no other process.</summary>
    public int Blanks { get; init; }

    /// <summary>Most bytes to bring from the artifact store until the next plan.</summary>
    public ByteSize StoreLink { get; init; } = new(long.MaxValue);

    /// <summary>Most bytes to bring from its disk until the next plan.</summary>
    public ByteSize DiskLink { get; init; } = new(long.MaxValue);

    /// <summary>Most bytes to bring to its device until the next plan.</summary>
    public ByteSize DeviceLink { get; init; } = new(long.MaxValue);

    /// <summary>A call waits there for artifacts: its links belong to that call, and what was begun for later is broken off.</summary>
    public bool HasLiveDemand { get; init; }
}
