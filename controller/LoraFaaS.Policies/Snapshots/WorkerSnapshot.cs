using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Snapshots;

/// <summary>What a placement needs to know of one worker, frozen at one instant.</summary>
public sealed record WorkerSnapshot
{
    public required WorkerId Id { get; init; }

    /// <summary>Its heartbeat is fresh.</summary>
    public bool Alive { get; init; } = true;

    public bool Draining { get; init; }

    /// <summary>Sequences decoding now.</summary>
    public int Running { get; init; }

    /// <summary>Invocations waiting for a step.</summary>
    public int Queued { get; init; }

    public ByteSize FreeDeviceBytes { get; init; }

    /// <summary>All of its device memory; null where the watcher is not told.</summary>
    public ByteSize? DeviceBytes { get; init; }

    /// <summary>Since <see cref="Running"/> and <see cref="Queued"/> were true.</summary>
    public TimeSpan LoadAge { get; init; }

    /// <summary>Trust domains whose sandboxes run there; null where the watcher is not told.</summary>
    public IReadOnlySet<TrustDomain>? Domains { get; init; }

    /// <summary>Backbones it holds packed.</summary>
    public IReadOnlySet<Digest> Backbones { get; init; } = NoBackbones;

    /// <summary>Backbones it was told of and could not read.</summary>
    public IReadOnlySet<Digest> UnreadableBackbones { get; init; } = NoBackbones;

    private static IReadOnlySet<Digest> NoBackbones { get; } = System.Collections.Frozen.FrozenSet<Digest>.Empty;
}
