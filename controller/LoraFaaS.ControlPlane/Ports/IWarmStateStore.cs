using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// What is warm where, who is alive, who called what, and the news of it. May be lost at any moment and is then rebuilt
/// from the workers' next heartbeats; nothing here is acknowledged to a client.
/// Every member but <see cref="WatchAsync"/> may throw <see cref="WarmStateUnavailableException"/>.
/// </summary>
public interface IWarmStateStore
{
    /// <summary>Stores a worker's newest state; it is forgotten after <paramref name="timeToLive"/> without another.</summary>
    Task PutWorkerAsync(WorkerState worker, TimeSpan timeToLive, CancellationToken cancellationToken);

    Task RemoveWorkerAsync(WorkerId worker, CancellationToken cancellationToken);

    /// <summary>The workers that are alive, ordered by id.</summary>
    ValueTask<IReadOnlyList<WorkerState>> ListWorkersAsync(CancellationToken cancellationToken);

    /// <summary>Adds finished invocations to a function's counter.</summary>
    Task AddInvocationsAsync(FunctionId function, long count, CancellationToken cancellationToken);

    ValueTask<IReadOnlyDictionary<FunctionId, long>> GetInvocationsAsync(CancellationToken cancellationToken);

    /// <summary>Adds invocations that came in at the gateways, whatever became of them.</summary>
    Task AddArrivalsAsync(IReadOnlyDictionary<FunctionId, long> counts, CancellationToken cancellationToken);

    /// <summary>All that were added since the store was last empty.</summary>
    ValueTask<IReadOnlyDictionary<FunctionId, long>> GetArrivalsAsync(CancellationToken cancellationToken);

    /// <summary>Adds what API keys used at one gateway, perhaps nothing, and answers what has been added for just these keys by all.</summary>
    Task<IReadOnlyDictionary<ApiKeyId, KeyUse>> AddKeyUsesAsync(IReadOnlyDictionary<ApiKeyId, KeyUse> uses, CancellationToken cancellationToken);

    /// <summary>
    /// Takes in what one gateway claims of API keys' places and answers what it is granted by <see cref="KeyPlacePolicy"/> until <paramref name="lasts"/> has passed.
    /// A store that has lost what was granted gives out nothing new until all of that must have lapsed.
    /// </summary>
    Task<IReadOnlyDictionary<ApiKeyId, KeyPlaceGrant>> LeaseKeyPlacesAsync(
        string gateway, IReadOnlyDictionary<ApiKeyId, KeyPlaceClaim> claims, TimeSpan lasts, CancellationToken cancellationToken);

    /// <summary>Appends to a function's log, which keeps its newest 1 000 lines.</summary>
    Task AppendLogAsync(FunctionId function, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken);

    /// <summary>The newest lines, oldest first.</summary>
    ValueTask<IReadOnlyList<LogLine>> ReadLogAsync(FunctionId function, int newest, CancellationToken cancellationToken);

    /// <summary>Tells every controller that something about routes or logs changed.</summary>
    Task PublishAsync(WarmNotice notice, CancellationToken cancellationToken);

    /// <summary>
    /// Notices from now on, until cancelled; the first is <see cref="WarmNotice.Everything"/>, when the watch is in place.
    /// May miss some (a reconnect sends <see cref="WarmNotice.Everything"/>), so a reader compares states and does not count notices.
    /// A slow reader loses the oldest.
    /// </summary>
    IAsyncEnumerable<WarmNotice> WatchAsync(CancellationToken cancellationToken);
}
