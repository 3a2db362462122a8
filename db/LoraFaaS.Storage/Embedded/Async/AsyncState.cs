using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Async;

/// <summary>All calls by id, and in order of time those that are open, completed and dead.</summary>
internal sealed record AsyncState
{
    public static readonly AsyncState Empty = new();

    public ImmutableDictionary<string, AsyncCall> Calls { get; private init; } = ImmutableDictionary.Create<string, AsyncCall>(StringComparer.Ordinal);

    /// <summary>By when each may be leased next.</summary>
    public ImmutableSortedSet<CallMoment> Due { get; private init; } = [];

    /// <summary>By when each ended.</summary>
    public ImmutableSortedSet<CallMoment> Completed { get; private init; } = [];

    public ImmutableSortedSet<CallMoment> Dead { get; private init; } = [];

    /// <summary>Of the bodies of open calls.</summary>
    public long OpenBytes { get; private init; }

    /// <summary>Of the answers of completed calls.</summary>
    public long ResultBytes { get; private init; }

    public AsyncCall? Find(CallId id) => Calls.GetValueOrDefault(id.Value);

    public AsyncState With(AsyncCall call)
    {
        // Nobody executes a completed call again: its body has done its service.
        var kept = call.Progress.Phase is CallPhase.Completed ? call with { Request = call.Request with { Body = default } } : call;
        var next = Calls.TryGetValue(call.Request.Id.Value, out var before) ? Count(this, before, -1) : this;

        return Count(next, kept, +1) with { Calls = Calls.SetItem(call.Request.Id.Value, kept) };
    }

    public AsyncState Without(CallId id) =>
        Find(id) is { } call ? Count(this, call, -1) with { Calls = Calls.Remove(id.Value) } : this;

    private static AsyncState Count(AsyncState state, AsyncCall call, int sign)
    {
        var (id, progress) = (call.Request.Id.Value, call.Progress);
        var ended = new CallMoment(progress.FinishedAt ?? progress.DueAt, id);

        return progress.Phase switch
        {
            CallPhase.Completed => state with
            {
                Completed = Change(state.Completed, ended, sign),
                ResultBytes = state.ResultBytes + (sign * (progress.Result?.Body.Length ?? 0)),
            },
            CallPhase.Dead => state with { Dead = Change(state.Dead, ended, sign) },
            _ => state with
            {
                Due = Change(state.Due, new CallMoment(progress.DueAt, id), sign),
                OpenBytes = state.OpenBytes + (sign * call.Request.Body.Length),
            },
        };
    }

    private static ImmutableSortedSet<CallMoment> Change(ImmutableSortedSet<CallMoment> set, CallMoment moment, int sign) =>
        sign > 0 ? set.Add(moment) : set.Remove(moment);
}
