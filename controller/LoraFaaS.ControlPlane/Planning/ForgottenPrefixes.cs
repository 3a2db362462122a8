using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// Which prompt prefixes workers still keep of functions that were removed, of revisions that left the split longer ago than the grace, and of a function's earlier life under the same number. What a
/// tenant has taken back is not to lie on workers until somebody else wants the room. Compares what is kept with what there is, so that no event can be missed.
/// </summary>
internal static class ForgottenPrefixes
{
    /// <summary>Of one worker in a turn: the rest is found again at the next.</summary>
    internal const int MostEach = 64;

    /// <param name="workers">Taken before <paramref name="functions"/>: what was deployed and prepared in between is then known.</param>
    /// <param name="functions">All there are.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">For which a revision that left the split waits for a rollback.</param>
    public static IReadOnlyList<ForgottenPrefix> In(IReadOnlyList<WorkerState> workers, IReadOnlyList<FunctionRecord> functions, DateTimeOffset now, TimeSpan grace)
    {
        var known = new Lazy<Dictionary<FunctionId, FunctionRecord>>(() => functions.ToDictionary(function => function.Id));
        var inUse = new Dictionary<FunctionId, HashSet<(int Revision, Digest Digest, TrustDomain Domain)>>();

        bool IsForgotten(FunctionId function, ResidentState resident, TrustDomain domain)
        {
            if (!inUse.TryGetValue(function, out var revisions))
            {
                // A prefix without an adapter goes by its backbone.
                revisions = known.Value.TryGetValue(function, out var record)
                    ? [.. LiveRevisions.Of(record, now, grace).Select(live => (live.Revision.Number, live.Revision.AdapterDigest ?? live.Revision.BackboneDigest, live.Revision.TrustDomain))]
                    : [];
                inUse.Add(function, revisions);
            }

            return !revisions.Contains((resident.Revision, resident.Digest, domain));
        }

        return
        [
            .. workers.SelectMany(worker => worker.Resident
                .Where(resident => resident is { Kind: ResidentKind.Prefix, Function: { } function, TrustDomain: { } domain } && IsForgotten(function, resident, domain))
                .Select(resident => new ForgottenPrefix(worker.Id, resident.Function!.Value, resident.Revision, resident.TrustDomain!.Value))
                .Distinct()
                .Take(MostEach)),
        ];
    }
}
