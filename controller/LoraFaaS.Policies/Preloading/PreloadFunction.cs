using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// A revision of a function that has calls, how likely it is to be called, and what its own artifacts weigh and save. Revisions with the same adapter are
/// one. Savings are cumulative and never fall with the tier.
/// </summary>
public sealed record PreloadFunction
{
    public required FunctionId Id { get; init; }

    /// <summary>Of the function: what a plan's lines name.</summary>
    public int Revision { get; init; }

    public required Digest Adapter { get; init; }

    /// <summary>Position in the request's list of sandboxes.</summary>
    public required int Sandbox { get; init; }

    /// <summary>Chance of at least one call before the horizon, 0 to 1; above 1, expected calls that would each pay.</summary>
    public required double Probability { get; init; }

    public required ByteSize AdapterBytes { get; init; }

    /// <summary>The prompt prefix's keys and values on the device; zero: it has none.</summary>
    public ByteSize PrefixBytes { get; init; }

    public TimeSpan DiskSaves { get; init; }

    public TimeSpan HostSaves { get; init; }

    public required TimeSpan DeviceSaves { get; init; }

    public TimeSpan PrefixSaves { get; init; }

    /// <summary>Where its adapter is now. At a worker's device its prefix counts as there too when <see cref="HasPrefixAt"/> says so.</summary>
    public ImmutableArray<Residence> Residences { get; init; } = [];

    /// <summary>Workers whose device holds its prefix.</summary>
    public ImmutableArray<int> HasPrefixAt { get; init; } = [];

    /// <summary>The author wants it kept where it is, whatever the forecast says.</summary>
    public bool Pinned { get; init; }
}
