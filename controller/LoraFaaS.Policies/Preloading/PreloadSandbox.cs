using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>The sandbox of a trust domain on a backbone: the process, its mapping, its kernels.</summary>
public sealed record PreloadSandbox
{
    public required TrustDomain Domain { get; init; }

    /// <summary>Position in the request's list of backbones.</summary>
    public required int Backbone { get; init; }

    public required ByteSize DeviceBytes { get; init; }

    /// <summary>What a call saves when it is there.</summary>
    public required TimeSpan Saves { get; init; }

    /// <summary>Workers where it runs, as positions in the request's list.</summary>
    public ImmutableArray<int> Workers { get; init; } = [];
}
