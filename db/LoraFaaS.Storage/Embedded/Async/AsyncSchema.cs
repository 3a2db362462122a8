using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Async;

/// <summary>How entries make a queue.</summary>
internal sealed class AsyncSchema : IStateSchema<AsyncState, AsyncEntry>
{
    public string Name => "async";

    public AsyncState Empty => AsyncState.Empty;

    public JsonTypeInfo<AsyncEntry> EntryType => StorageJson.Default.AsyncEntry;

    public AsyncState Apply(AsyncState state, AsyncEntry entry) => entry switch
    {
        AsyncEntry.Put put => state.With(put.Call),
        AsyncEntry.Leased leased => ForEach(state, leased.Ids, call => call with { Progress = Lease(call.Progress, leased) }),
        AsyncEntry.Renewed renewed => ForEach(state, renewed.Ids, call => call with { Progress = call.Progress with { DueAt = renewed.Until } }),
        AsyncEntry.Settled settled => ForEach(state, [settled.Id], call => call with { Progress = Settle(call.Progress, settled) }),
        AsyncEntry.Removed removed => removed.Ids.Aggregate(state, (current, id) => current.Without(id)),
        _ => throw new UnreachableException(),
    };

    public IEnumerable<AsyncEntry> Describe(AsyncState state) => state.Calls.Values.Select(call => new AsyncEntry.Put(call));

    private static AsyncState ForEach(AsyncState state, IReadOnlyList<CallId> ids, Func<AsyncCall, AsyncCall> change) =>
        ids.Aggregate(state, (current, id) => current.Find(id) is { } call ? current.With(change(call)) : current);

    private static AsyncProgress Lease(AsyncProgress progress, AsyncEntry.Leased leased) =>
        progress with { Attempts = progress.Attempts + 1, Leases = progress.Leases + 1, Lease = leased.Lease, DueAt = leased.Until };

    private static AsyncProgress Settle(AsyncProgress progress, AsyncEntry.Settled settled) =>
        settled.KeepsResult ? settled.Progress with { Result = progress.Result } : settled.Progress;
}
