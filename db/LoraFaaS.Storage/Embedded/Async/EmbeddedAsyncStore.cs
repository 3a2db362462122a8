using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Embedded.Async;

/// <summary>The queue of a controller that stands alone: in memory, journalled in a file of its own.</summary>
internal sealed class EmbeddedAsyncStore(DurableState<AsyncState, AsyncEntry> state, TimeProvider time) : IAsyncStore, IAsyncDisposable
{
    public static EmbeddedAsyncStore Open(string folder, JournalSettings settings, TimeProvider time, ILogger logger) =>
        new(DurableState<AsyncState, AsyncEntry>.Open(folder, new AsyncSchema(), settings, logger), time);

    public Task<EnqueueOutcome> EnqueueAsync(AsyncRequest request, QueueBounds bounds, CancellationToken cancellationToken) =>
        state.WriteAsync(current => Enqueue(current, request, bounds), cancellationToken);

    public Task<IReadOnlyList<AsyncCall>> LeaseAsync(int most, TimeSpan duration, CancellationToken cancellationToken) =>
        IsAnyDue(state.Current)
            ? state.WriteAsync(current => Lease(current, most, duration), cancellationToken)
            : Task.FromResult<IReadOnlyList<AsyncCall>>([]);

    public Task<IReadOnlySet<CallId>> RenewAsync(
        IReadOnlyDictionary<CallId, string> leases, TimeSpan duration, CancellationToken cancellationToken) =>
        state.WriteAsync(
            current =>
            {
                List<CallId> held = [.. leases.Where(pair => Held(current, pair.Key, pair.Value) is not null).Select(pair => pair.Key)];

                return ((IReadOnlySet<CallId>)held.ToHashSet(), held.Count == 0 ? null : (AsyncEntry)new AsyncEntry.Renewed(held, Now + duration));
            },
            cancellationToken);

    public Task<bool> SettleAsync(CallId id, string lease, CallSettlement settlement, CancellationToken cancellationToken) =>
        state.WriteAsync(
            current => Held(current, id, lease) is { Progress: var held }
                ? (true, (AsyncEntry?)new AsyncEntry.Settled(id, Progress(held, settlement, lease), KeepsResult: settlement.Result is null))
                : (false, null),
            cancellationToken);

    public Task<AsyncCall?> FindAsync(CallId id, CancellationToken cancellationToken) => Task.FromResult(state.Current.Find(id));

    public Task<IReadOnlyList<AsyncCall>> ListDeadAsync(int most, CancellationToken cancellationToken)
    {
        var current = state.Current;

        return Task.FromResult<IReadOnlyList<AsyncCall>>([.. current.Dead.Reverse().Take(most).Select(moment => current.Calls[moment.Id])]);
    }

    public Task<bool> ReplayAsync(CallId id, CancellationToken cancellationToken) =>
        state.WriteAsync(
            current => current.Find(id) is { Progress: { Phase: CallPhase.Dead } dead }
                ? (true, (AsyncEntry?)new AsyncEntry.Settled(id, Revived(dead), KeepsResult: dead.GivenUp is CallPhase.Deliver))
                : (false, null),
            cancellationToken);

    public Task<bool> CancelAsync(CallId id, string error, CancellationToken cancellationToken) =>
        state.WriteAsync(
            current => current.Find(id) is { IsOpen: true, Progress: var open }
                ? (true, (AsyncEntry?)new AsyncEntry.Settled(id, Cancelled(open, error), KeepsResult: false))
                : (false, null),
            cancellationToken);

    public Task<QueueCounts> CountAsync(CancellationToken cancellationToken)
    {
        var current = state.Current;

        return Task.FromResult(new QueueCounts(current.Due.Count, current.OpenBytes, current.Completed.Count, current.Dead.Count));
    }

    public Task<int> PurgeAsync(PurgeRule rule, CancellationToken cancellationToken) =>
        state.WriteAsync(
            current =>
            {
                var over = Over(current, rule).ToList();

                return (over.Count, over.Count == 0 ? null : (AsyncEntry)new AsyncEntry.Removed(over));
            },
            cancellationToken);

    public ValueTask DisposeAsync() => state.DisposeAsync();

    private DateTimeOffset Now => time.GetUtcNow();

    private bool IsAnyDue(AsyncState current) => !current.Due.IsEmpty && current.Due[0].At <= Now;

    private (EnqueueOutcome Outcome, AsyncEntry? Entry) Enqueue(AsyncState current, AsyncRequest request, QueueBounds bounds)
    {
        if (current.Find(request.Id) is { } known)
        {
            return (known.Request.Function == request.Function ? EnqueueOutcome.Known : EnqueueOutcome.Conflict, null);
        }

        if (current.Due.Count >= bounds.Calls || current.OpenBytes + request.Body.Length > bounds.Bytes)
        {
            return (EnqueueOutcome.Full, null);
        }

        return (EnqueueOutcome.Accepted, new AsyncEntry.Put(new AsyncCall(request, new AsyncProgress { Phase = CallPhase.Invoke, DueAt = Now })));
    }

    private (IReadOnlyList<AsyncCall> Calls, AsyncEntry? Entry) Lease(AsyncState current, int most, TimeSpan duration)
    {
        var now = Now;
        List<CallId> due = [.. current.Due.TakeWhile(moment => moment.At <= now).Take(most).Select(moment => new CallId(moment.Id))];

        if (due.Count == 0)
        {
            return ([], null);
        }

        var leased = new AsyncEntry.Leased(due, Guid.NewGuid().ToString("N"), now + duration);
        var next = new AsyncSchema().Apply(current, leased);

        return ([.. due.Select(id => next.Calls[id.Value])], leased);
    }

    private static AsyncCall? Held(AsyncState current, CallId id, string lease) =>
        current.Find(id) is { IsOpen: true } call && call.Progress.Lease == lease ? call : null;

    private AsyncProgress Progress(AsyncProgress held, CallSettlement settlement, string lease) => new()
    {
        Phase = settlement.Phase,
        Attempts = settlement.Attempts,
        Leases = held.Leases,
        Executions = held.Executions + (settlement.EndsExecution ? 1 : 0),
        DueAt = Now + settlement.DueIn,
        Lease = settlement.KeepsLease ? lease : null,
        FinishedAt = settlement.Phase is CallPhase.Completed or CallPhase.Dead ? Now : null,
        Result = settlement.Result,
        Error = settlement.Error,
        GivenUp = settlement.GivenUp,
    };

    private AsyncProgress Revived(AsyncProgress dead) => new() { Phase = dead.GivenUp ?? CallPhase.Invoke, DueAt = Now, Leases = dead.Leases, Executions = dead.Executions };

    private AsyncProgress Cancelled(AsyncProgress open, string error) =>
        new() { Phase = CallPhase.Completed, Attempts = open.Attempts, Leases = open.Leases, Executions = open.Executions, DueAt = Now, FinishedAt = Now, Error = error };

    private IEnumerable<CallId> Over(AsyncState current, PurgeRule rule)
    {
        var now = Now;
        var (completed, bytes) = (current.Completed.Count, current.ResultBytes);

        foreach (var moment in current.Completed.TakeWhile(moment =>
            moment.At <= now - rule.ResultTtl || completed > rule.MaxResults || bytes > rule.MaxResultBytes))
        {
            completed--;
            bytes -= current.Calls[moment.Id].Progress.Result?.Body.Length ?? 0;
            yield return new CallId(moment.Id);
        }

        var dead = current.Dead.Count;

        foreach (var moment in current.Dead.TakeWhile(moment => moment.At <= now - rule.DeadTtl || dead > rule.MaxDead))
        {
            dead--;
            yield return new CallId(moment.Id);
        }
    }
}
