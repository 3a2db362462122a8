using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Placement;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// What each step nearer saves: the mean of what the workers have measured, and placement's orders of magnitude where none has measured yet. One figure
/// for all of them, since a plan's savings belong to a function and not to a place.
/// </summary>
internal sealed class PlanCosts(IReadOnlyList<WorkerState> workers)
{
    private const double Mebibyte = 1 << 20;

    /// <summary>As the workers count: the smallest adapters take as long as this.</summary>
    private const double LeastBytes = 4_096;

    /// <summary>Some tokens of a small backbone: only the order matters, an adapter is worth more.</summary>
    private const double GuessedPrefixMs = 5;

    private static readonly PlacementCosts Guess = PlacementCosts.Default;

    private readonly double? _fetch = Mean(workers, costs => costs.RemoteToDiskMsPerMib);
    private readonly double? _pack = Mean(workers, costs => costs.DiskToHostMsPerMib);
    private readonly double? _load = Mean(workers, costs => costs.HostToDeviceMsPerMib);
    private readonly double? _backbone = Mean(workers, costs => costs.BackboneMsPerMib);
    private readonly double? _prefix = Mean(workers, costs => costs.PrefixMsPerMib);

    /// <summary>A sandbox of the trust domain that is there already.</summary>
    public TimeSpan Sandbox { get; } = TimeSpan.FromMilliseconds(Mean(workers, costs => costs.SandboxMs) ?? Guess.ColdSandboxMs);

    /// <summary>An adapter on disk, against one in the artifact store.</summary>
    public TimeSpan Disk(ByteSize adapter) => Of(_fetch, adapter, Guess.RemoteMs - Guess.DiskMs);

    public TimeSpan Host(ByteSize adapter) => Disk(adapter) + Of(_pack, adapter, Guess.DiskMs - Guess.HostMs);

    public TimeSpan Device(ByteSize adapter) => Host(adapter) + Of(_load, adapter, Guess.HostMs);

    /// <summary>A prompt prefix's keys and values, against computing them with the call.</summary>
    public TimeSpan Prefix(ByteSize prefix) => Of(_prefix, prefix, GuessedPrefixMs);

    /// <summary>A packed backbone of so many bytes; zero: no worker has packed it.</summary>
    public TimeSpan Backbone(ByteSize packed) => packed == ByteSize.Zero ? TimeSpan.FromMilliseconds(Guess.ColdBackboneMs) : Of(_backbone, packed, Guess.ColdBackboneMs);

    private static TimeSpan Of(double? msPerMebibyte, ByteSize size, double guess) =>
        TimeSpan.FromMilliseconds(msPerMebibyte is { } measured ? measured * Math.Max(LeastBytes, size.Bytes) / Mebibyte : guess);

    private static double? Mean(IReadOnlyList<WorkerState> workers, Func<StageCosts, double?> part)
    {
        var measured = workers.Select(worker => worker.Costs is { } costs ? part(costs) : null).OfType<double>().ToList();
        return measured.Count == 0 ? null : measured.Average();
    }
}
