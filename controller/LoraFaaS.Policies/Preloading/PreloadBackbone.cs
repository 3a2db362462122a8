using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>A backbone that functions need. One copy on a worker serves all of its sandboxes there.</summary>
public sealed record PreloadBackbone
{
    public required Digest Digest { get; init; }

    public required ByteSize HostBytes { get; init; }

    public required ByteSize DeviceBytes { get; init; }

    /// <summary>What a call saves when the backbone is in host memory and not only on disk.</summary>
    public required TimeSpan HostSaves { get; init; }

    /// <summary>What a call saves when it is on the device; at least <see cref="HostSaves"/>.</summary>
    public required TimeSpan DeviceSaves { get; init; }

    public ImmutableArray<Residence> Residences { get; init; } = [];
}
