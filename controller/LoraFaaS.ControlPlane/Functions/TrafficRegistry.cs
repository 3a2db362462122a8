using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>
/// Splits a function's calls over its revisions. Nothing is loaded or unloaded by it: the route table follows, and what has left the split stays
/// warm for a while.
/// </summary>
public sealed class TrafficRegistry(FunctionRegistry functions, TimeProvider time)
{
    /// <param name="generation">Given: only if nobody has changed the function since.</param>
    public Task<FunctionWrite> SplitAsync(FunctionId id, IReadOnlyList<TrafficTarget> targets, long? generation, CancellationToken cancellationToken) =>
        functions.ChangeAsync(
            id,
            current => generation is { } seen && seen != current.Generation
                ? (null, new Problem(ErrorCode.Conflict, $"function {id} was changed by somebody else meanwhile", "generation"))
                : Split(current, targets, "targets"),
            cancellationToken);

    /// <summary>All calls to the newest revision.</summary>
    public Task<FunctionWrite> PromoteAsync(FunctionId id, CancellationToken cancellationToken) =>
        functions.ChangeAsync(id, current => Split(current, TrafficPolicy.ToNewest(current.Targets), "targets"), cancellationToken);

    public Task<FunctionWrite> RollbackAsync(FunctionId id, int? to, CancellationToken cancellationToken) =>
        functions.ChangeAsync(id, current => Rollback(current, to), cancellationToken);

    private (FunctionRecord? Changed, Problem? Problem) Rollback(FunctionRecord current, int? to) =>
        TrafficPolicy.Rollback(
            current.Targets,
            current.Newest.Number,
            [.. (current.Traffic?.Retired ?? []).Select(retired => retired.Number)],
            [.. current.Revisions.Select(revision => revision.Number)],
            to) switch
        {
            TrafficMove.To move => Split(current, move.Targets, "to"),
            TrafficMove.Refused refused => (null, new Problem(ErrorCode.InvalidRequest, refused.Reason, "to")),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private (FunctionRecord? Changed, Problem? Problem) Split(FunctionRecord current, IReadOnlyList<TrafficTarget> targets, string field)
    {
        if (TrafficSplit.Check(targets, current.Id.Name.Value, number => current.Find(number) is not null) is { } wrong)
        {
            return (null, new Problem(ErrorCode.InvalidRequest, wrong, field));
        }

        return current.Targets.SequenceEqual(targets) ? (current, null) : (TrafficChange.Apply(current, current, targets, time.GetUtcNow()), null);
    }
}
