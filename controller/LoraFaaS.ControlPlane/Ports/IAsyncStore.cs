using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// Asynchronous calls, durable from their acceptance to their end. Any number of controllers may drain one queue. A call is leased to one
/// holder at a time; a lease that is neither settled nor renewed runs out, and the call is leased again: execution is at least once.
/// </summary>
public interface IAsyncStore
{
    /// <summary>Returns when the call is durable. A store shared by controllers may pass the bounds by what they accept within one second.</summary>
    Task<EnqueueOutcome> EnqueueAsync(AsyncRequest request, QueueBounds bounds, CancellationToken cancellationToken);

    /// <summary>Leases the calls that are due, those due longest first; at most so many.</summary>
    Task<IReadOnlyList<AsyncCall>> LeaseAsync(int most, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Prolongs leases, and returns the ids of those that are still the holder's.</summary>
    Task<IReadOnlySet<CallId>> RenewAsync(IReadOnlyDictionary<CallId, string> leases, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>False: the lease has passed to somebody else, and nothing was changed.</summary>
    Task<bool> SettleAsync(CallId id, string lease, CallSettlement settlement, CancellationToken cancellationToken);

    Task<AsyncCall?> FindAsync(CallId id, CancellationToken cancellationToken);

    /// <summary>Dead calls, the latest first.</summary>
    Task<IReadOnlyList<AsyncCall>> ListDeadAsync(int most, CancellationToken cancellationToken);

    /// <summary>Puts a dead call back to the phase that was given up, with all its tries before it. False: there is no such dead call.</summary>
    Task<bool> ReplayAsync(CallId id, CancellationToken cancellationToken);

    /// <summary>
    /// Ends an open call as completed without an answer, with <paramref name="error"/>. Whoever holds its lease finds it lost at the next renewal or
    /// settlement. False: there is no such open call.
    /// </summary>
    Task<bool> CancelAsync(CallId id, string error, CancellationToken cancellationToken);

    Task<QueueCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>Forgets what has been over for long enough. Returns how many calls.</summary>
    Task<int> PurgeAsync(PurgeRule rule, CancellationToken cancellationToken);
}
